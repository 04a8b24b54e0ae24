"""Mail domains where anybody can have an address: no company is known by one of them."""

from __future__ import annotations

_WORLDWIDE = """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com passport.com
    windowslive.com yahoo.com ymail.com rocketmail.com myyahoo.com aol.com aim.com icloud.com
    me.com mac.com proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de
    tutamail.com tuta.com tuta.io keemail.me mail.com email.com usa.com post.com consultant.com
    engineer.com europe.com asia.com iname.com myself.com writeme.com techie.com cheerful.com
    gmx.com gmx.us zoho.com zohomail.com zohomail.eu zohomail.in fastmail.com fastmail.fm
    fastmail.net sent.com hushmail.com hush.com hushmail.me mailfence.com runbox.com posteo.de
    posteo.net mailbox.org disroot.org riseup.net startmail.com countermail.com ctemplar.com
    kolabnow.com hey.com duck.com mozmail.com privaterelay.appleid.com skiff.com inbox.com
    lycos.com excite.com netscape.net juno.com netzero.net netzero.com mail2world.com
    safe-mail.net opera.com operamail.com rediffmail.com inbox.lv inbox.lt inbox.ru eml.cc
    imap.cc mailcan.com simplelogin.com simplelogin.io aleeas.com anonaddy.com anonaddy.me
    addy.io slmail.me vivaldi.net cock.li
"""
_BY_COUNTRY = """
    yahoo.co.uk yahoo.co.in yahoo.co.jp yahoo.co.id yahoo.co.kr yahoo.co.nz yahoo.co.th
    yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.cn yahoo.com.co yahoo.com.hk yahoo.com.mx
    yahoo.com.my yahoo.com.ph yahoo.com.sg yahoo.com.tr yahoo.com.tw yahoo.com.vn yahoo.ca
    yahoo.cl yahoo.de yahoo.dk yahoo.es yahoo.fi yahoo.fr yahoo.gr yahoo.ie yahoo.in yahoo.it
    yahoo.nl yahoo.no yahoo.pl yahoo.pt yahoo.ro yahoo.se yahoo.cz yahoo.hu yahoo.ne.jp
    hotmail.be hotmail.ca hotmail.ch hotmail.cl hotmail.co.il hotmail.co.jp hotmail.co.nz
    hotmail.co.th hotmail.co.uk hotmail.co.za hotmail.com.ar hotmail.com.au hotmail.com.br
    hotmail.com.mx hotmail.com.tr hotmail.com.tw hotmail.de hotmail.dk hotmail.es hotmail.fi
    hotmail.fr hotmail.gr hotmail.hu hotmail.it hotmail.nl hotmail.no hotmail.pt hotmail.se
    live.at live.be live.ca live.ch live.cl live.cn live.co.uk live.co.za live.com.ar
    live.com.au live.com.mx live.com.my live.com.pt live.com.sg live.de live.dk live.fi live.fr
    live.hk live.ie live.in live.it live.jp live.nl live.no live.ru live.se outlook.at
    outlook.be outlook.cl outlook.co.id outlook.co.il outlook.co.nz outlook.co.th outlook.com.ar
    outlook.com.au outlook.com.br outlook.com.gr outlook.com.tr outlook.com.vn outlook.cz
    outlook.de outlook.dk outlook.es outlook.fr outlook.hu outlook.ie outlook.in outlook.it
    outlook.jp outlook.kr outlook.lv outlook.my outlook.ph outlook.pt outlook.sa outlook.sg
    outlook.sk aol.co.uk aol.de aol.fr aol.it aol.nl aol.jp aol.com.br

    gmx.de gmx.net gmx.at gmx.ch gmx.eu gmx.fr gmx.co.uk gmx.info gmx.biz gmx.org gmx.li web.de
    email.de freenet.de t-online.de arcor.de 1und1.de online.de kabelmail.de vodafone.de
    vodafonemail.de unitybox.de alice.de alice-dsl.net o2mail.de o2online.de ewe.net ewetel.net
    netcologne.de osnanet.de versanet.de mnet-online.de mnet-mail.de htp-tel.de mail.de
    emailn.de firemail.de smart-mail.de directbox.com aon.at chello.at utanet.at a1.net kabsi.at
    inode.at liwest.at bluewin.ch hispeed.ch sunrise.ch swissonline.ch bluemail.ch vtxmail.ch

    orange.fr wanadoo.fr free.fr sfr.fr neuf.fr laposte.net bbox.fr numericable.fr
    club-internet.fr aliceadsl.fr cegetel.net 9online.fr noos.fr voila.fr tele2.fr skynet.be
    telenet.be proximus.be scarlet.be voo.be belgacom.net pandora.be pt.lu internet.lu

    btinternet.com btopenworld.com talktalk.net talk21.com sky.com virginmedia.com virgin.net
    blueyonder.co.uk ntlworld.com tiscali.co.uk plus.net plusnet.com o2.co.uk zen.co.uk
    freeserve.co.uk lineone.net orange.net wanadoo.co.uk tesco.net fsmail.net mail.co.uk
    eircom.net iol.ie indigo.ie

    telefonica.net terra.es ya.com ono.com jazzfree.com movistar.es orange.es vodafone.es
    wanadoo.es euskaltel.net telecable.es sapo.pt netcabo.pt clix.pt iol.pt mail.pt meo.pt
    libero.it virgilio.it tin.it alice.it tim.it tiscali.it inwind.it iol.it blu.it email.it
    fastwebnet.it vodafone.it poste.it supereva.it teletu.it aruba.it otenet.gr hol.gr
    forthnet.gr mail.gr in.gr windowslive.gr

    ziggo.nl kpnmail.nl kpnplanet.nl planet.nl hetnet.nl home.nl chello.nl upcmail.nl xs4all.nl
    casema.nl quicknet.nl online.nl zonnet.nl tele2.nl zeelandnet.nl solcon.nl telia.com
    comhem.se bredband.net spray.se passagen.se tele2.se glocalnet.net bahnhof.se online.no
    start.no broadpark.no getmail.no mail.dk jubii.dk ofir.dk tdcadsl.dk stofanet.dk youmail.dk
    luukku.com suomi24.fi elisanet.fi kolumbus.fi saunalahti.fi pp.inet.fi simnet.is

    wp.pl o2.pl onet.pl onet.eu op.pl interia.pl interia.eu poczta.onet.pl poczta.fm vp.pl
    tlen.pl gazeta.pl buziaczek.pl autograf.pl spoko.pl neostrada.pl seznam.cz email.cz
    centrum.cz atlas.cz volny.cz post.cz tiscali.cz quick.cz azet.sk centrum.sk zoznam.sk
    post.sk pobox.sk freemail.hu citromail.hu indamail.hu vipmail.hu t-online.hu abv.bg mail.bg
    dir.bg gbg.bg siol.net net.hr inet.hr t-com.hr email.t-com.hr mts.rs eunet.rs sezampro.rs
    mail.ee hot.ee online.ee apollo.lv one.lt takas.lt zebra.lt mail.ru bk.ru list.ru
    internet.ru yandex.ru yandex.com yandex.by yandex.kz yandex.ua ya.ru rambler.ru lenta.ru
    ro.ru autorambler.ru myrambler.ru pochta.ru qip.ru hotbox.ru e1.ru ngs.ru ukr.net i.ua
    meta.ua bigmir.net email.ua tut.by mail.kz mynet.com mynet.com.tr turk.net superonline.com
    ttmail.com

    comcast.net xfinity.com verizon.net att.net sbcglobal.net bellsouth.net ameritech.net
    pacbell.net swbell.net prodigy.net flash.net cox.net charter.net spectrum.net rr.com
    roadrunner.com twc.com earthlink.net mindspring.com optonline.net optimum.net suddenlink.net
    windstream.net frontier.com frontiernet.net centurylink.net centurytel.net q.com
    embarqmail.com cableone.net mediacombb.net wowway.com rcn.com peoplepc.com hughes.net
    tds.net rogers.com bell.net sympatico.ca shaw.ca telus.net videotron.ca cogeco.ca
    eastlink.ca sasktel.net mts.net hotmail.ca

    uol.com.br bol.com.br terra.com.br ig.com.br globo.com globomail.com r7.com oi.com.br
    zipmail.com.br superig.com.br ibest.com.br pop.com.br click21.com.br fibertel.com.ar
    arnet.com.ar ciudad.com.ar speedy.com.ar prodigy.net.mx terra.com.mx latinmail.com terra.com
    terra.cl vtr.net une.net.co

    qq.com foxmail.com 163.com 126.com yeah.net 188.com vip.163.com vip.126.com vip.qq.com
    sina.com sina.cn vip.sina.com sohu.com tom.com 21cn.com 139.com 189.cn wo.cn aliyun.com
    netease.com naver.com hanmail.net daum.net nate.com kakao.com korea.com hanmir.com
    dreamwiz.com empas.com docomo.ne.jp ezweb.ne.jp softbank.ne.jp i.softbank.jp ymobile.ne.jp
    nifty.com biglobe.ne.jp ocn.ne.jp so-net.ne.jp plala.or.jp infoseek.jp excite.co.jp goo.jp
    mail.goo.ne.jp dion.ne.jp pchome.com.tw hinet.net seed.net.tw so-net.net.tw netvigator.com
    singnet.com.sg pacific.net.sg starhub.net.sg tm.net.my streamyx.com indiatimes.com sify.com
    in.com vsnl.net sancharnet.in bigpond.com bigpond.net.au optusnet.com.au iinet.net.au
    tpg.com.au internode.on.net westnet.com.au dodo.com.au xtra.co.nz slingshot.co.nz
    vodafone.co.nz ihug.co.nz clear.net.nz webmail.co.za mweb.co.za telkomsa.net vodamail.co.za
    iafrica.com absamail.co.za walla.com walla.co.il netvision.net.il bezeqint.net 012.net.il
    zahav.net.il maktoob.com emirates.net.ae eim.ae
"""
_DISPOSABLE = """
    mailinator.com mailinator.net mailinator2.com guerrillamail.com guerrillamail.net
    guerrillamail.org guerrillamail.biz guerrillamail.de guerrillamail.info
    guerrillamailblock.com grr.la sharklasers.com pokemail.net spam4.me 10minutemail.com
    10minutemail.net 20minutemail.com temp-mail.org temp-mail.io tempmail.com tempmail.net
    tempmailo.com tempmail.dev tempail.com tempinbox.com tempr.email discard.email
    discardmail.com discardmail.de throwawaymail.com throwaway.email trashmail.com trashmail.de
    trashmail.net trashmail.me trashmail.io trash-mail.com trash-mail.de wegwerfmail.de
    wegwerfmail.net wegwerfmail.org wegwerfemail.de einrot.com muellmail.com spambog.com
    spambog.de spamgourmet.com spamex.com yopmail.com yopmail.fr yopmail.net cool.fr.nf
    jetable.org jetable.net jetable.com nospam.ze.tc mytrashmail.com mailnesia.com mailcatch.com
    maildrop.cc mailnull.com mailexpire.com mailmoat.com mailsac.com moakt.com moakt.cc
    getnada.com nada.email inboxbear.com inboxkitten.com dispostable.com fakeinbox.com
    fakemailgenerator.com armyspy.com cuvox.de dayrep.com fleckens.hu gustr.com jourrapide.com
    rhyta.com superrito.com teleworm.us emailondeck.com mohmal.com mintemail.com
    incognitomail.com incognitomail.org anonbox.net burnermail.io emailfake.com generator.email
    33mail.com mvrht.com luxusmail.org dropmail.me 10mail.org emltmp.com minuteinbox.com
    linshiyouxiang.net bccto.me chacuo.net harakirimail.com mail-temp.com mailtemp.net
    tmpmail.org tmpmail.net tmail.ws smailpro.com emailtemporario.com.br correotemporal.org
    correo-temporal.com crazymailing.com deadaddress.com despam.it dodgit.com e4ward.com
    filzmail.com get2mail.fr haltospam.com kasmail.com kurzepost.de lifebyfood.com litedrop.com
    mailforspam.com mailimate.com meltmail.com nervmich.net nowmymail.com objectmail.com
    oneoffemail.com owlymail.com proxymail.eu rcpt.at rtrtr.com sneakemail.com sofort-mail.de
    spamavert.com spamfree24.org spamhole.com spaml.com spamspot.com tempemail.net
    temporaryemail.net temporaryinbox.com thankyou2010.com tradermail.info trbvm.com wh4f.org
    willselfdestruct.com zoemail.org mailpoof.com vomoto.com fexpost.com byom.de
"""

FREE_MAIL: frozenset[str] = frozenset((_WORLDWIDE + _BY_COUNTRY + _DISPOSABLE).split())
"""Free, internet provider's and disposable mail domains, lower case; their subdomains count too."""
