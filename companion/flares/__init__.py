"""When pain flares up: a flare from its beginning to its end, and the plan that a person made for it.

A Flare begins with questions about signs that must not wait; a yes says at once whom to call. FlareStep is a step of the
person's own plan, FlareTick one that was done during a flare. There is one open flare at a time; one that a second phone
wrote down meanwhile is joined to it.
"""
