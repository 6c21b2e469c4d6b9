"""Companion: a pain diary and care companion for patients of pain clinics, their caregivers and their specialists.

The map of the house. A room is a feature: its model, queries, forms, routes, templates, styles and tests share one name.
Floors say who may see whom: down only, never sideways, never up.

    app | cli           puts the house together; starts it
    demo                an invented clinic
    office              the administrator's side: staff, emergency looks, the audit log
    clinic | export | glass
                        the specialist's side: patients, one patient's review, the plan; take everything out, erase it;
                        a record opened in an emergency
    visit               the report for a visit, and its link for an outside doctor
    reminders | trends  what rings; what changed
    plan                Today, composed over the rooms below
    diary | measures | flares | seen | medication | procedures | therapy
                        what I feel, what I am asked, when it flares up, what who helps saw, what I take, what is done for
                        me, what I do
    schedule            when things recur
    codes | caring      a code that was given to me; the people I help, and records kept for them
    sharing             who may look; `sharing.access` is the one door to another's record
    signin              how somebody proves who they are
    identity            who is here, and the gate that every route states
    web | queue | mail  pages, guard, headers, assets; the way to a worker; letters
    audit               what was done: a chain that nobody can change unnoticed
    sealed              columns whose words are sealed
    store | migrate | seal
                        where rows live; the keys that seal
    clock | words | settings
                        time, language, configuration

Inside a room: routes -> forms | queries | verbs -> model. Only `app` imports routes. Model, queries, pure files and verbs
know no Flask. These are contracts in pyproject.toml, checked by tests/house.
"""
