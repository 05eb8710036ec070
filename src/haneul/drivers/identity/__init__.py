"""Where the keys of OpenID Connect issuers come from."""
