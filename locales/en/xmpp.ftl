# Security notices by XMPP.

xmpp-server = XMPP server
xmpp-server-purpose = It carries security notices to the XMPP server that you use, if you ask for it. Both can read them.
xmpp-server-gets = your XMPP address
xmpp-why-whose = To know whose message it was.
xmpp-wording = I agree that { $operator } sends the security notices of my account also to the XMPP address of my profile, through the XMPP server { $server }. That server and mine can read them.
xmpp-title = Security notices by XMPP
xmpp-effect = Security notices come by mail only. What waits is not sent.
xmpp-not-offered = Whoever runs this service sends no notices by XMPP.
xmpp-no-address = Enter an XMPP address in your profile first: notices go there.
xmpp-notices-what = Whenever something changes who can get into your account, you get a mail with a link that freezes it. The same words can reach you by XMPP as well.
xmpp-notices-none = Your profile has no XMPP address yet. <a>Enter one</a> under “Instant messaging” to be asked here.
xmpp-notices-address = Where they go: <strong>{ $address }</strong>, the first XMPP address in your profile. <a>Change your profile</a>
xmpp-notices-unproved = Nobody has checked that this address is yours. Whoever reads it sees that you have an account here and what happened to it, and can lock the account by the links in it, but cannot get into it.
xmpp-notices-on = This is on. You turn it off above, under “What you agreed to”.
xmpp-notices-withdraw = You can withdraw this on this page at any time. The mail comes in any case.
xmpp-notices-give = Turn it on
xmpp-mail-on-subject = Security notices of { $product } also come by XMPP now
xmpp-mail-on = { $when } it was set that security notices of your account also go to the XMPP address of your profile.
xmpp-mail-off-subject = Security notices of { $product } come by mail only
xmpp-mail-off = { $when } it was set that security notices of your account go by mail only, and no longer by XMPP.
xmpp-mail-change = You change it on the page “Privacy”, after signing in.
