"""The built-in phrases of each label, in English, German, French and Spanish.

All languages are looked for in every ticket. Words that mean something else in another of them
stand only with a companion: French `concurrent` is a competitor, English `concurrent users` are
none.
"""

from __future__ import annotations

from collections.abc import Mapping

from syncworker.metrics.ticket_rules import RiskLabel

_DISCOUNT = """
    discount*, coupon*, voucher*, promo code*, promotional code*, rebate*, money off, percent off,
    lower price, lower rate, better price, better deal, better rate, reduced price, reduced rate,
    special price, special pricing, special offer, price reduction, price match*, cheaper price,
    cheaper plan, student pricing, nonprofit pricing, non-profit pricing, startup pricing

    rabatt*, gutschein*, preisnachlass*, nachlass auf, vergünstigung*, ermäßigung*, skonto,
    sonderpreis*, sonderkondition*, sonderangebot*, aktionscode*, promocode*, mengenrabatt*,
    treuerabatt*, neukundenrabatt*, studentenrabatt*, besserer preis, besseren preis,
    günstigerer preis, günstigeren preis, günstigerer tarif, günstigeren tarif,
    preislich entgegenkommen

    une remise, de remise, remises, remise commerciale, code promo*, bon de réduction,
    une réduction, de réduction, réduction tarifaire, un rabais, de rabais, ristourne*,
    tarif réduit, tarif préférentiel, meilleur prix, meilleur tarif, prix plus bas,
    geste commercial, offre spéciale

    descuento*, cupón, cupones, código promocional, códigos promocionales, rebaja, rebajar,
    bonificación*, oferta especial, precio especial, mejor precio, precio más bajo,
    precio más barato, tarifa reducida
"""
_CANCELLATION = """
    cancel, canceling, cancelling, cancellation*, cancelation*, canceled my, cancelled my,
    canceled our, cancelled our, unsubscribe, unsubscribing, terminate our, terminate my,
    terminate the contract, terminate the subscription, termination of, end our subscription,
    end my subscription, end the subscription, end our contract, end the contract,
    stop our subscription, stop my subscription, stop the subscription, close my account,
    close our account, close the account, delete my account, delete our account, not renew,
    won't renew, won't be renewing, not be renewing, not renewing, don't renew, non-renewal,
    auto-renew, auto-renewal, automatic renewal

    kündigen, kündige, kündigt, kündigung*, gekündigt, vertragskündigung*, abokündigung*,
    sonderkündigung*, abbestellen, abbestellung*, stornieren, storniere, storniert,
    stornierung*, storno, widerrufen, vertrag beenden, abo beenden, abonnement beenden,
    vertrag auflösen, konto löschen, account löschen, konto schließen, nicht verlängern,
    nicht mehr verlängern, nichtverlängerung, automatische verlängerung,
    automatischen verlängerung

    résilier, résilie, résilions, résilié, résiliation*, annuler, annule, annulons,
    annulation*, désabonner, désabonnement, désinscrire, désinscription, mettre fin,
    clôturer mon compte, clôturer notre compte, fermer mon compte, fermer notre compte,
    supprimer mon compte, supprimer notre compte, arrêter mon abonnement,
    arrêter notre abonnement, arrêter l'abonnement, pas renouveler, plus renouveler,
    non-renouvellement, renouvellement automatique

    cancelar, cancelo, cancelen, cancelarla, cancelarlo, cancelación, cancelaciones, anular,
    anulación, dar de baja, darme de baja, darnos de baja, darse de baja, solicitar la baja,
    rescindir, rescisión, terminar el contrato, finalizar el contrato, cerrar mi cuenta,
    cerrar nuestra cuenta, eliminar mi cuenta, eliminar nuestra cuenta, borrar mi cuenta,
    no renovar, no renovaremos, renovación automática
"""
_VALUE = """
    too expensive, too pricey, too costly, overpriced, costs too much, cost too much,
    too much money, worth it, worth the money, worth the price, worth the cost, not worth,
    value for money, overall value, see the value, seeing the value, getting value, no value,
    return on investment, roi, business case, price increase*, price hike*, can't afford,
    cannot afford, out of budget, over budget, budget cut*, justify the cost,
    justify the price, justify the expense, justify the spend, what are we paying for,
    why are we paying, what do we get for, barely use, hardly use, rarely use,
    not using it enough, don't use it enough

    zu teuer, überteuert, zu kostspielig, zu hohe kosten, kostet zu viel, kosten zu hoch,
    preis zu hoch, preis-leistung*, kosten-nutzen*, mehrwert, gesamtwert,
    lohnt sich, lohnt es sich, rechnet sich, rentiert sich, geld wert, preiserhöhung*,
    nicht leisten, kein budget, budget gekürzt, budgetkürzung*, nutzen wir kaum,
    kaum genutzt, nutzen es kaum, zu wenig genutzt

    trop cher, trop chère, trop chers, trop coûteux, trop onéreux, hors de prix, hors budget,
    qualité-prix, qualité/prix, retour sur investissement, vaut le coup, vaut la peine,
    vaut le prix, vaut son prix, valeur ajoutée, augmentation de prix, augmentation du prix,
    augmentation des prix, augmentation tarifaire, hausse de prix, hausse du prix,
    hausse des prix, hausse tarifaire, prix trop élevé, coût trop élevé, tarif trop élevé,
    pas les moyens, justifier le coût, justifier le prix, peu utilisé, n'utilisons presque

    demasiado caro, demasiado cara, muy caro, muy cara, carísimo, calidad-precio,
    calidad/precio, retorno de la inversión, retorno de inversión, vale la pena,
    merece la pena, lo que cuesta, valor añadido, valor agregado, subida de precio*,
    aumento de precio*, incremento de precio*, subida de tarifa*, precio demasiado alto,
    coste demasiado alto, costo demasiado alto, fuera de presupuesto, sin presupuesto,
    no podemos permitir*, justificar el costo, justificar el coste, justificar el precio,
    apenas lo usamos, casi no lo usamos
"""
_COMPETITOR = """
    competitor*, competing product*, competing tool*, competing solution*, alternative to,
    alternatives to, another provider, another vendor, another tool, another supplier,
    other providers, other vendors, other suppliers, different provider, different vendor,
    switch to another, switching to another, switch to a different, switching to a different,
    move to another, moving to another, migrate to another, migrating to another,
    migrate away, migrating away, moving away from, switch away, switching away,
    switch providers, switching providers, change providers, looking at other,
    evaluating other, evaluating alternatives, looking at alternatives,
    looking for alternatives, looking for an alternative

    wettbewerber*, mitbewerber*, konkurrenz, konkurrenten, konkurrenzprodukt*, andere anbieter,
    anderen anbieter, anderen anbietern, anderer anbieter, anderes tool, andere lösung,
    anderes produkt, alternative zu, alternativen zu, anbieterwechsel, anbieter wechseln

    un concurrent, le concurrent, votre concurrent, vos concurrents, des concurrents,
    concurrents, concurrence, autre fournisseur, autres fournisseurs, autre prestataire,
    autres prestataires, autre solution, autres solutions, autre outil, autres outils,
    alternative à, alternatives à, changer de fournisseur, changer de prestataire,
    changer de solution, changer d'outil

    competidor, competidores, competidora, la competencia, otro proveedor, otros proveedores,
    otra herramienta, otras herramientas, otra plataforma, otra solución, otras soluciones,
    alternativa a, alternativas a, cambiar de proveedor, cambiarnos a
"""


def _listed(texts: str) -> tuple[str, ...]:
    listed = texts.replace("\n\n", ",").split(",")
    return tuple(phrase for text in listed if (phrase := " ".join(text.split())))


PHRASES: Mapping[RiskLabel, tuple[str, ...]] = {
    "discount": _listed(_DISCOUNT),
    "cancellation": _listed(_CANCELLATION),
    "value": _listed(_VALUE),
    "competitor": _listed(_COMPETITOR),
}
