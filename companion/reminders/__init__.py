"""What rings.

The database is the truth. A tick claims the schedules that are due and writes a Delivery for each (one a schedule and
local day and prompt, whatever happens), leases the deliveries that wait and hands their ids to a worker. The worker
asks the day whether it is still wanted, sends, and records what the push service said. A lost message is leased again,
so a push goes out at least once, and Topic and tag make it one on the phone.
"""
