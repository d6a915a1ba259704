# Sicherheitsmitteilungen per XMPP.

xmpp-server = XMPP-Server
xmpp-server-purpose = Er bringt Sicherheitsmitteilungen zu dem XMPP-Server, den Sie benutzen, wenn Sie das wünschen. Beide können sie lesen.
xmpp-server-gets = Ihre XMPP-Adresse
xmpp-why-whose = Damit wir wissen, wessen Nachricht es war.
xmpp-wording = Ich willige ein, dass { $operator } die Sicherheitsmitteilungen zu meinem Konto auch an die XMPP-Adresse meines Profils sendet, über den XMPP-Server { $server }. Dieser Server und meiner können sie lesen.
xmpp-title = Sicherheitsmitteilungen per XMPP
xmpp-effect = Sicherheitsmitteilungen kommen nur noch per E-Mail. Was noch wartet, wird nicht gesendet.
xmpp-not-offered = Der Betreiber dieses Dienstes sendet keine Mitteilungen per XMPP.
xmpp-no-address = Tragen Sie zuerst eine XMPP-Adresse in Ihr Profil ein: Dorthin gehen die Mitteilungen.
xmpp-notices-what = Wenn sich ändert, wer in Ihr Konto kommt, erhalten Sie eine E-Mail mit einem Link, der es sperrt. Dieselben Worte können Sie auch per XMPP erreichen.
xmpp-notices-none = Ihr Profil hat noch keine XMPP-Adresse. <a>Tragen Sie eine ein</a>, unter „Messenger“, dann werden Sie hier gefragt.
xmpp-notices-address = Wohin sie gehen: <strong>{ $address }</strong>, die erste XMPP-Adresse in Ihrem Profil. <a>Profil ändern</a>
xmpp-notices-unproved = Niemand hat geprüft, ob diese Adresse Ihnen gehört. Wer dort mitliest, sieht, dass Sie hier ein Konto haben und was damit geschah, und kann das Konto mit den Links darin sperren, aber nicht hineinkommen.
xmpp-notices-on = Das ist eingeschaltet. Ausschalten können Sie es oben, unter „Wozu Sie eingewilligt haben“.
xmpp-notices-withdraw = Sie können das jederzeit auf dieser Seite widerrufen. Die E-Mail kommt in jedem Fall.
xmpp-notices-give = Einschalten
xmpp-mail-on-subject = Sicherheitsmitteilungen von { $product } kommen jetzt auch per XMPP
xmpp-mail-on = { $when } wurde eingestellt, dass Sicherheitsmitteilungen zu Ihrem Konto auch an die XMPP-Adresse Ihres Profils gehen.
xmpp-mail-off-subject = Sicherheitsmitteilungen von { $product } kommen nur noch per E-Mail
xmpp-mail-off = { $when } wurde eingestellt, dass Sicherheitsmitteilungen zu Ihrem Konto nur noch per E-Mail kommen und nicht mehr per XMPP.
xmpp-mail-change = Ändern können Sie das nach dem Anmelden auf der Seite „Datenschutz“.
