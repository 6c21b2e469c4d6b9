"""In an emergency: a clinician opens the record of somebody who cannot be asked."""
