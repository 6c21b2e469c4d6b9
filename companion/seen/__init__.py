"""What somebody who helps saw: "limped, slept badly". A record of its own kind, beside the patient's words and numbers.

Only a caregiver writes a Seen. It is never averaged into what the patient feels. The patient may take it out of view.
"""
