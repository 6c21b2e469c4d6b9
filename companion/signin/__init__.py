"""How somebody proves who they are: password, passkey, one-time codes, and the way back in when they are lost."""
