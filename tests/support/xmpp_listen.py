"""Receives as one XMPP account and prints each message as a line of JSON: an implementation that is not ours.

Usage: xmpp_listen.py HOST PORT JID PASSWORD [CERTIFICATE]. Says {"ready": true} once it is online. Encrypts when it is
told whose certificate to trust.
"""

import json
import sys

from slixmpp import ClientXMPP


class Listener(ClientXMPP):
    def __init__(self, jid, password, certificate):
        super().__init__(jid, password, plugin_config={"feature_mechanisms": {"unencrypted_scram": True}})
        self.enable_direct_tls = False
        self.enable_starttls = certificate is not None
        self.enable_plaintext = certificate is None
        self.ca_certs = certificate
        self.add_event_handler("session_start", self.online)
        self.add_event_handler("message", self.received)
        self.add_event_handler("failed_all_auth", lambda _: sys.exit("the server refuses the account"))

    async def online(self, _):
        self.send_presence()
        await self.get_roster()
        tell({"ready": True})

    def received(self, message):
        origin = message.xml.find("{urn:xmpp:sid:0}origin-id")
        tell({
            "id": message["id"],
            "origin": origin.get("id") if origin is not None else None,
            "from": message["from"].bare,
            "type": message["type"],
            "body": message["body"],
        })


def tell(fact):
    print(json.dumps(fact), flush=True)


host, port, jid, password, *certificates = sys.argv[1:]
listener = Listener(jid, password, *(certificates or [None]))
listener.connect(host, int(port))
listener.loop.run_forever()
