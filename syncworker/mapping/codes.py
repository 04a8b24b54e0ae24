"""Every diagnostic code with its long text, for `syncworker validate --help-code`.

A code keeps its meaning for ever; a rule that goes leaves its code unused.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    "SW001": "A tab is used for indentation. YAML indents with spaces only, because a tab is as "
    "wide as each editor likes. Set your editor to insert spaces in YAML files.",
    "SW002": "A merge conflict of Git is left in the file (`<<<<<<<`, `=======`, `>>>>>>>`). "
    "Decide which of the two sides is right, delete the other and the three marker lines.",
    "SW003": "After the colon that ends a key, YAML needs a space. `tier:pro` is one text, and "
    "the key is missing; `tier: pro` is a key with its value.",
    "SW004": "The file cannot be read as YAML from this place on. Often the cause stands one line "
    "above: a quote or bracket that is not closed, or another indentation than its neighbours. "
    "Text that starts with one of `@ % & * ! | > { [` or contains `: ` needs quotes.",
    "SW005": "The file has bytes that are not UTF-8. It was probably saved by a program with "
    "another encoding (Windows-1252, UTF-16). Save it as UTF-8.",
    "SW006": "The file has a character that no text file should have, for example NUL or half of a "
    "surrogate pair; often the trace of a broken copy.",
    "SW007": "Sections are nested deeper than any mapping needs, or an alias (`*name`) stands "
    "inside the very value it repeats, so that it would never end. Write the value out instead "
    "of repeating it.",
    "SW008": "The file is larger than any mapping, or its aliases repeat each other so often that "
    "it would be. A mapping names properties and metrics; data stays in the sources.",
    "SW009": "The file is empty, or its top level is a list or a text. A mapping is a list of "
    "`name: value` and starts with `version: 1`.",
    "SW011": "YAML allows more than a mapping needs: tags (`!name`), keys that are numbers or "
    "lists, numbers without end. Put a key in quotes; write a plain value without a tag.",
    "SW012": "A comment that should silence a finding does not. It needs codes that can be "
    "silenced and a reason: `# syncworker: ignore SW107 -- stage of our own`. Syntax, unknown "
    "names and secrets cannot be silenced.",
    "SW101": "A key is written twice in one section. YAML readers keep one of the two without "
    "a word; which one depends on the reader, so that half of what you wrote would be lost. "
    "Remove one, or give the second another name.",
    "SW102": "The section has no such key. Keys are checked, because a misspelled one would "
    "silently leave its default in force. With the schema line at the top of the file your editor "
    "completes the keys.",
    "SW103": "HubSpot records are found by `match`: `property` is the HubSpot property to look in, "
    "`column` the column of the object's rows with the value. Companies are found by `domain`, "
    "contacts by `email`, every object by `hs_object_id` (HubSpot's own id, where the app stores "
    "it) or by a property of yours that was created with unique values. The column is a text "
    "column of accounts (companies), users (contacts), subscriptions (deals) or tickets.",
    "SW104": "No metric has this name. `syncworker metrics list` shows all metrics, "
    "`syncworker metrics show NAME` how one is computed. Names are lower-case with `_`: "
    "`health_score`, `usage_28d`.",
    "SW105": "The metric cannot fill this property. A number or money fills a number or string "
    "property, a bool a bool, enumeration or string, an enum or multi an enumeration or string, a "
    "date a date, datetime or string, a datetime a datetime, date or string, a text a string or, "
    "where the portal has it, an enumeration. What describes a user can be mapped to contacts "
    "only, what describes a subscription to deals only, what describes a ticket to tickets only; "
    "what describes an account to every object.",
    "SW106": "HubSpot knows a property by its internal name: lower-case letters, digits and `_`, a "
    "letter first. The label that people see can be changed at any time and is not a name. In "
    "HubSpot: Settings, Properties, the property, `</>`.",
    "SW107": "HubSpot has no lifecycle stage with this internal name. The default stages are "
    "subscriber, lead, marketingqualifiedlead, salesqualifiedlead, opportunity, customer, "
    "evangelist and other; they keep these names when their labels change. Stages you made have "
    "numbers. A stage can also be named by its label. Without a portal this is a warning; "
    "`--online` compares with the portal's stages.",
    "SW108": "A comparison does not fit its metric: a number compared with text, an order (`gt`, "
    '`lt`) asked of what has none. `80` is a number, `"80"` is text. Money is compared in major '
    "units: 100 means 100 euros. Dates cannot be compared; use a metric that counts days.",
    "SW109": "The portal's property does not fit: it is missing, computed by HubSpot and so "
    "read-only, of a type the metric cannot fill, or without some of the metric's options (they "
    "are compared by internal value and by label). `syncworker properties create PORTAL` makes "
    "what is missing; it never changes a property that exists.",
    "SW110": "The file holds a secret, or a value under a key named like one. Mappings are shared, "
    "reviewed and kept in Git; a secret in one must be taken as known. Delete it, have it replaced "
    "by its issuer, put the new one into an environment variable and write `env:NAME`.",
    "SW111": "The key is known and its value does not fit: another type, out of range, or not "
    "one of the values it may have. A number has no quotes (`80`), a bool is `true` or `false`, "
    "a list is `[one, two]`, a section has its keys on lines of their own. The message says "
    "which is expected.",
    "SW112": "A key that cannot have a default is missing: without it there is no telling what "
    "the section means. The help says what belongs there, docs/mapping.md has an example of "
    "every section. For example each way under `match` needs both keys: `{property: domain, "
    "column: domain}`.",
    "SW113": "Credentials and database URLs are named, never written: `env:ACME_TOKEN` is the "
    "value of the environment variable ACME_TOKEN, also when it stands in the `.env` file; "
    "`file:/run/secrets/acme` is what that file holds.",
    "SW114": "No timezone has this name in the IANA database. `Europe/Berlin` is one; `CET+1` and "
    "`Berlin` are not. Days, weeks and months of all metrics begin in this timezone.",
    "SW115": "A duration is a whole number and a unit: s, m, h or d, as in `90s`, `15m`, `1d`. "
    "Schedules have no seconds: they take `15m`, `6h` or `1d`. There is no space between number "
    "and unit.",
    "SW116": "No stream has this name, so that nothing would be read or kept under it. "
    "docs/streams.md lists the streams with their columns; `accounts`, `users`, `events`, "
    "`subscriptions` and `subscription_items` are where to begin.",
    "SW117": "`mode: append` adds options to a property of several checkboxes and never takes one "
    "away: with a metric that has options it collects every state a record was in. Any other "
    "metric uses `always` (ours), `fill_empty` (only where empty) or `never_clear` (never "
    "emptied).",
    "SW118": "A condition compares one metric once: `{metric: health_score, gte: 80}`. For a range "
    "write two conditions; all conditions under `when` must hold.",
    "SW119": "No kind of source has this name. `sql` reads any database by queries; `files` reads "
    "CSV, JSON Lines and Parquet, also subscriptions as Stripe exports them. A channel of alerts "
    "is of kind slack, webhook or email.",
    "SW120": "`version` is the version of the file's format, a whole number without quotes. "
    "This release reads `version: 1`; a file of a later version needs a later release.",
    "SW121": "The metric never has this value, so the condition could never hold. `syncworker "
    "metrics show NAME` lists its values: `subscription_status` is `active`, `canceled` and so "
    "on.",
    "SW122": "The stream has no such column. Under `columns` the stream's column stands left, the "
    "file's own column right: `user_id: UserID`.",
    "SW123": "There are stage rules for an object that is not mapped, so it is not known how its "
    "records are found. Add the object under `objects` with its `match`; it may map no property.",
    "SW124": "HubSpot's objects are companies, contacts, deals and tickets; a custom object is "
    "named by its id, `2-` and a number. HubSpot shows the id in the address of the object's "
    "settings page.",
    "SW125": "Companies stand for accounts, contacts for users, deals for subscriptions and "
    "tickets for tickets. What the records of a custom object stand for has to be said: `rows: "
    "accounts`, `users`, `subscriptions` or `tickets`. It decides which metrics they can have.",
    "SW126": "A record is created by a property whose values are unique, so that it is never made "
    "twice: contacts by `email`, everything else by a property of your own, such as "
    "`saas_account_id`. A domain is not unique in HubSpot, and record ids are HubSpot's to give. "
    "`syncworker properties create PORTAL` makes the property.",
    "SW127": "Deals belong to the sales team. They are created only where the mapping says in "
    "which pipeline, and in which stage by the subscription's state: `pipeline: {pipeline: "
    "Subscriptions, stages: {active: Live}}`.",
    "SW128": "Only deals are put into a pipeline by the mapping. The pipeline of a ticket "
    "belongs to the people who work on it. Move `pipeline` under `deals`, or remove it.",
    "SW129": "Tickets are made by the people who answer them or by the tool they come from. A "
    "mapping fills properties of tickets that exist: `policy: update_only`.",
    "SW130": "`associate` ties records to others of the same account: contacts or deals to "
    "`companies`, or to a custom object that stands for accounts. That object must be mapped too, "
    "because only linked records can be tied.",
    "SW131": "Each way to find a record looks in another property. Of two with one property it "
    "would not be clear which value is the right one.",
    "SW132": "The property is written by another section of the mapping: a key of ours is filled "
    "when its record is linked, stages are moved by `lifecycle`, a deal's stage and pipeline by "
    "`pipeline`. Two writers would undo each other.",
    "SW133": "The section asks for no stage. It needs rules, or `churned_to_other: true`; "
    "`keep_peoples` only says when a rule holds back.",
    "SW134": "HubSpot keeps names that begin with `hs_` to itself: a property of that name is "
    "there or cannot be made. A property of your own needs another name, such as `saas_…`.",
    "SW135": "The portal has no such pipeline of deals, or the pipeline no such stage. Both can be "
    "named by their id or by the label that people see (Settings, Objects, Deals, Pipelines).",
    "SW136": "HubSpot has the four recurring revenue properties of deals only after a person has "
    "switched tracking on (Settings, Objects, Deals, Recurring revenue); nobody else can make "
    "them. Until then they are left out, and the rest of the deal is written.",
    "SW137": "A stream of a database is read with a `query` of its own, or from a `table` or view, "
    "of which syncworker selects the columns it needs. It has one of the two, never both.",
    "SW140": "Texts of path, params and body may hold `{since}`, `{until}`, `{cursor}`, `{limit}` "
    "and `{offset}`. Since and until come from the stream's `cursor`, the others from its "
    "`paging`. Braces that mean something else need a space inside: `{ id }`.",
    "SW141": "A row without these columns is rejected, so the API's answers could never give one. "
    "Under `fields` the stream's column stands left, the path in the API's record right; a value "
    "that is the same in every row is written as `{const: …}`.",
    "SW142": "With a `cursor` each run asks only for what changed. The API has to be told from "
    "when: in a parameter of its own (`param: updated_since`) or inside a text by `{since}`.",
    "SW143": "A column is filled from a `path` in the record, which `values`, `times` and "
    "`default` then work on, or with the same `const` in every row.",
    "SW144": "To get the next page the API has to be told its place: in a parameter (`param: "
    "after`) or inside a text (`{cursor}`, `{offset}`). The cursor itself stands in the answer "
    "(`path`) or in the page's last record (`field`).",
    "SW145": "References (`env:NAME`, `file:PATH`) are looked up under `auth` only; elsewhere the "
    "text itself would be sent. `auth: {by: header, name: X-Api-Key, value: env:ACME_KEY}` sends "
    "a key in any header. A reference names one place and has no template.",
    "SW146": "Only a POST has a body. Write `method: POST` beside `body`, or put the values "
    "under `params`: they go into the query string.",
    "SW147": "`window` cuts a long time into pieces that are asked for one after the other. It "
    "needs a `start`, and must be whole days where times are written as `date`, whole hours for "
    "`hour`.",
    "SW153": "Files are read from a folder, or from object storage by its URL: "
    "`s3://bucket/folder`, `gs://…`, `az://…`. A URL holds no user and no key: those are found "
    "where the storage's own tools find them (environment, profile, the machine's role).",
    "SW154": "A stream's `path` is a file or a pattern inside the source's `path`: "
    "`events/*.jsonl.gz`, `**/*.parquet`. A source reads nothing outside its folder, so an "
    "absolute path, a URL or `..` is refused. Make the source's `path` the folder that holds all.",
    "SW155": "`shape: stripe` reads subscriptions and `shape: segment` reads events, both from "
    "JSON Lines (plain, .gz or .zst). A shape knows where each column is, so it has no `columns` "
    "and no other `format`.",
    "SW156": "HubSpot knows a form by its GUID, such as 5f1c2a70-3d1e-4a53-9b0a-7a1f00c0de01. It "
    "stands in the address of the form's page in HubSpot and in its embed code, as formId.",
    "SW157": "What is read of forms is said in two places that must agree: `streams` lists "
    "demo_requests or trials, and `forms` says by GUID which of the two a form's submissions are. "
    "Only demo requests have a `type`.",
    "SW158": "An option of the HubSpot source belongs to one stream: `properties` to crm_values, "
    "`account_property` to tickets, `csat_scale` to survey_responses. Without that stream it does "
    "nothing, and crm_values without a property reads nothing.",
    "SW159": "The stream crm_values is for what people enter in HubSpot. A property that this "
    "mapping writes holds our own values: read back, they would be taken for people's. Only "
    "`fill_empty` leaves a property to people.",
    "SW160": "What a webhook source receives decides what it can fill: a form's submissions are "
    "demo_requests or trials, Stripe's events (`format: stripe`) are subscriptions, with their "
    "items and discounts.",
    "SW161": "A form's request says who asked, not for what: that is decided by the address it is "
    "sent to. Each form has a source of its own: `demo: {kind: webhook, …}` receives at "
    "/PORTAL/demo, `trial: {kind: webhook, …}` at /PORTAL/trial.",
    "SW162": "The stream has no such column. Under `fields` the stream's column stands left, the "
    "place in the request's JSON right: `email: data.email`.",
    "SW163": "`fields` says where in a form's JSON a value stands, as names joined by dots; a "
    "number takes an entry of a list: `answers.0.text`. "
    "Stripe's events always have the same shape.",
    "SW164": "The phrase can never be found. It needs a letter or a digit, and `*` is meant at the "
    "end of a word only: `rabatt*` is every word that begins with rabatt.",
    "SW165": "The phrase would be found in most tickets: one word of one or two letters, or fewer "
    "than three letters before `*`. Then nearly every ticket is a risk, and none stands out. Write "
    "more of it, or the words around it.",
    "SW166": "Mail domains are named as they stand behind the @ of an address: `mail.example`, "
    "without @, `https://` and path.",
    "SW167": "The built-in phrases of this label are switched off by `replace`, and the mapping "
    "has none of its own, so that no ticket ever gets the label. Write some, or take the label "
    "out of `replace`.",
    "SW194": "A profile is a choice of metrics: starter, sales, customer_success or full. Each "
    "metric of the object's rows that it holds goes into the property the metric proposes. "
    "`syncworker metrics list --profile NAME` shows what is in one.",
    "SW195": "`without` leaves properties of the object's `profile` out. It names them as HubSpot "
    "knows them, such as `saas_mrr`; what the profile does not hold need not be left out.",
    "SW196": "The property is left out by `without` and mapped under `properties`, so that one of "
    "the two is a mistake. What stands under `properties` takes the place of the profile's.",
    "SW197": "Sentences on the record, such as the drivers of a health score, are written in one "
    "language per portal: `en` or `de`. Labels and descriptions are people's to translate in "
    "HubSpot; they are never changed once a property is there.",
    "SW180": "A form asks for a demo or for a trial, not for both: one form id stands under "
    "`demo_forms` and under `trial_forms`. Give each its own form, as each type of demo has one.",
    "SW181": "Forms of trials are named, and nothing is done with them: they count as a start only "
    "with `form_counts_as_committed: true`.",
    "SW182": "The journey's stages and sizes go upwards: every stage stands once, a group has more "
    "people than a team, numbers of days, months and people are above 0, and no customer can use "
    "more key features than `key_features` (else `key_events`) names.",
    "SW183": "What is aimed at cannot be what does not fit, and a domain is written as it stands "
    "behind the @ of an address: `edu`, `ac.uk`, `rival.example`, without @, `https://` and path.",
    "SW190": "Churn and lifetime value cannot be told from this number: a benchmark is a "
    "percentage of the accounts a year, months and days are counted from the periods' ends.",
    "SW192": "A CAC is told by the categories of spend it counts. `blended` is the one that counts "
    "all of them; a variant has another name and names at least one category, as it stands in "
    "campaign_spend.",
    "SW193": "The number can never make sense: shares lie between 0 and 1, percentages between 0 "
    "and 100, and a rate, a cohort or a window needs at least one record, day or month.",
    "SW184": "The rule names a milestone that the mapping does not have. `any_of`, `all_of`, `of` "
    "and `override` name entries of `milestones`.",
    "SW185": "The milestone can never be reached, or one of its keys does nothing. An action asks "
    "for `times`, a frequency for `days` within at least as many `window_days`, a volume for an "
    "`amount` or for a `quota_percent` of `quotas` or `quota`. A level is the latest one, so it "
    "has no window; only what adds up (`measure: sum`) has one.",
    "SW186": "Milestones alone qualify nobody, and neither does a rule that asks for more "
    "milestones than it names. Write which of them are enough: `any_of`, `all_of`, `at_least: "
    "{count: 2}` or `override`. Without a rule the metrics of qualification stay as they are.",
    "SW187": "A metric of your own needs a name that nothing else has: not a metric of `syncworker "
    "metrics list`, not a column of a stream, and not a part that explains another metric. Names "
    "are lower-case letters, digits and `_`, a letter first.",
    "SW188": "The metric names a stream or a column that there is not, or one that does not fit. "
    "An account's metric counts rows that name an account, a user, a subscription or an address; "
    "a user's metric rows that name a user or an address. docs/streams.md lists all columns; of "
    "events also a key of their JSON can be used: `props.plan`.",
    "SW189": "The declaration does not fit its measure. distinct, sum, first and last need a "
    "`column`; a change needs `window_days`; a ratio needs `top` and `bottom`; a window, first and "
    "last need a stream whose rows have a time; a condition under `where` has one comparison.",
    "SW176": "Weights of the health score are named by component (usage_trend, frequency, breadth, "
    "seats, support, sentiment, billing) and are not below 0. They are used in proportion, so they "
    "need not add up to anything.",
    "SW177": "Limits that belong together must be in order: critical below warn, warn below the "
    "change at which an alert ends, the lowest answer of a survey below its highest, the red "
    "border below the yellow one. Of a health component the best band comes first: its limits "
    "fall, those of tickets (`support`) rise.",
    "SW178": "How much of its quota an account uses is told by one event (`quota_event`) and "
    "measured against what its price allows (`quotas`, or `free_quota` without a subscription). "
    "One without the other leaves the metric empty.",
    "SW179": "The number is outside of what makes sense: a percentile lies between 1 and 99, days "
    "and numbers of accounts are at least 1, a quota is above 0, and a band of the health score "
    "is at most 49 points wide to either side.",
    "SW214": "A character that only looks like another one, or that nobody can see: a space that "
    "does not break, a curled quote, a letter of another alphabet. YAML takes it literally, so "
    "that a key has another name than it seems to have. It comes with text copied from a chat, a "
    "web page or a word processor. Type it anew, or put a text that needs it in quotes: "
    '`label: "…"`.',
    "SW215": "ISO 4217 has no currency of this code. All money is reported in one currency, "
    "named by three letters: EUR, USD, GBP, CHF. A symbol or a name is not a code. An example: "
    "`reporting: {currency: EUR}`.",
    "SW216": "The conditions of one rule exclude each other, so that it can never hold: a health "
    "score is not at least 90 and below 80. All conditions under `when` must hold. Where one or "
    "the other is enough write two rules with the same stage.",
    "SW217": "The first rule that holds counts, and one above holds wherever this one does: after "
    "`gte: 50` a rule with `gte: 80` is never reached. Put the narrower rule first.",
    "SW218": "The query's text shows which columns it gives, and one that is needed is not among "
    "them: the `cursor`, one named under `columns`, or one the stream requires. Select it: "
    "`SELECT id AS account_id, name, updated_at FROM accounts`. docs/streams.md lists the columns.",
    "SW219": "A stream's query is one SELECT that reads. Nothing is ever written to a source, and "
    "each stream has a query of its own. A query of several lines stands behind `query: |`, "
    "indented; a file of SQL is not read.",
    "SW220": "Two sources fill one stream whose keys are your app's. Of two rows with one key the "
    "one that was read last counts, so that the values change with each run. Read the stream from "
    "one source. If their keys never meet: `# syncworker: ignore SW220 -- two apps`.",
    "SW221": "A key of your own is empty in HubSpot until syncworker has filled it, and it fills "
    "it only once a contact is found. Without `email` no contact is found, unless another program "
    "has filled the key. `match: [{property: saas_user_id, column: user_id}, {property: email, "
    "column: email}]` finds by both.",
    "SW222": "`overlap` and `full_every` belong to a stream that is read from a `cursor` on. "
    "Without one it is read whole in each run, and they do nothing. Add `cursor: updated_at`, or "
    "remove them.",
    "SW223": "Rows of this stream are happenings and grow without end. With a `cursor` a run reads "
    "only the new ones: `cursor: received_at` for a column that says when the row was stored.",
    "SW224": "What is written needs rows that no source gives: contacts need a stream `users`, "
    "deals `subscriptions`, and each metric its inputs (`syncworker metrics show NAME`). It stays "
    "empty until a source has the stream.",
    "SW225": "A source's name is part of addresses and of `source.stream` on the command line. It "
    "is made of letters, digits, `_` and `-`: `app`, `billing_eu`.",
    "SW226": "A whole number with a leading zero: YAML 1.2 reads `010` as 10, older readers as 8. "
    "Write the number without the zero, `10`, or in quotes where it is a text, `'010'`.",
    "SW227": "The token of the portal lacks a scope, so that HubSpot answers nothing about the "
    "object. Each object needs `crm.objects.NAME.read` and `.write`, and `crm.schemas.NAME.read`; "
    "`properties create` also `crm.schemas.NAME.write`. Scopes are set in HubSpot where the key "
    "was made (Settings, Integrations, Service Keys or Private Apps).",
    "SW172": "`churn_reasons` says which of syncworker's churn reasons a word of the billing "
    "system means: left its word, right the reason. Only these can be chosen in HubSpot: price, "
    "missing_features, competitor, unused, support, complexity, quality, payment, other.",
    "SW173": "An account with MRR is in the low tier below `tier_mid_from`, in the middle one "
    "from there, and in the high one from `tier_high_from` on, in whole units of the reporting "
    "currency. Both must be above 0 and the second above the first.",
    "SW174": "The money-back window and the renewal window are counted in whole days, and a "
    "window of no days holds nobody. Write at least 1, such as `guarantee_days: 14`, or leave "
    "the key out.",
    "SW198": "The schedule contradicts itself or does nothing. A sync is due by an interval "
    '(`every: 15m`) or at times of day (`daily_at: ["06:30", "18:00"]`); besides, `full_at` reads '
    "everything whole once a day and `fast` looks at a few streams more often than the sync does.",
    "SW199": 'A time of day is written `"HH:MM"`, from 00:00 to 23:59, in the reporting timezone, '
    "and stands in the schedule once. Where a change of clocks leaves it out, it is due at the "
    "first instant after the gap; where it comes twice, the first time only.",
    "SW200": "The fast lane names a stream that no source of the mapping has. Write `stream`, for "
    "every source that has it, or `source.stream`.",
    "SW201": "The stream cannot be in the fast lane. It needs a cursor, or it would be read whole "
    "each time; its rows must name an account or an address, or nobody would be concerned; and "
    "what webhooks receive starts a run by itself.",
    "SW202": "A rule's `to` names channels of `alerts: channels:`. The name is one of your choice, "
    "and must be the same in both places.",
    "SW203": "A rule without a channel would find what is wrong and tell nobody. Name at least one "
    "channel in `to`, or remove the rule.",
    "SW204": "Each rule goes by one number at most: rejected_above by `above` (dead letters), "
    "stale_stream and no_run by `hours`, health_red by `min_mrr`, which may be left out. no_run "
    "says that the mapping's `schedule` has not succeeded for so long, so it needs one.",
    "SW205": "An address that a chat gives out for incoming messages is a password: whoever has it "
    "can post. It is kept in a variable or a file, and the mapping says which: `env:SLACK_URL`.",
    "SW206": "Alerts name accounts and what they pay, and a mail server gets a password: both go "
    "over encrypted connections only, unless the server is on this machine.",
    "SW207": "A mail server that asks for a login needs a user and a password; addresses are "
    "written bare, without a name around them.",
    "SW208": "A property went from the mapping and another one of the same metric came. If it is "
    "the same one under another name, say so with `renamed_from`; else nothing is to be done. What "
    "the old one holds stays in HubSpot until `syncworker properties clear` empties it.",
    "SW209": "`renamed_from` is the name that the property had in this mapping before. It cannot "
    "be a name that the mapping still writes.",
    "SW210": "Two properties say `renamed_from` with the same name, and one property cannot have "
    "become two. Keep it at the one that goes on for the old one; the other is a new property.",
}
