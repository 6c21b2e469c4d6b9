"""Who is here: accounts, patients, clinics and their staff, sign-ins, and the gate that every route states.

A sign-in is a row, so it can be listed and ended; the cookie holds only a random token whose hash is stored.
Every signed-in answer is `no-store`, and the cookie changes at sign-in and sign-out, so that Back shows nothing.
"""
