"""Registers over WebSocket (RFC 7118) with a client library that is not ours: register-ws.py URL USER PASSWORD DOMAIN.

Sends REGISTER, answers the challenge, waits for the 200, unregisters, and exits 0; anything else is 1. With HOLD set it
waits so many seconds before it closes the connection without unregistering.
"""
import asyncio
import hashlib
import os
import re
import ssl
import sys

import websockets

url, user, password, domain = sys.argv[1:5]
transport = "WSS" if url.startswith("wss:") else "WS"


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def register(cseq, expires, challenge=""):
    lines = [
        f"REGISTER sip:{domain} SIP/2.0",
        f"Via: SIP/2.0/{transport} df7jal23ls0d.invalid;branch=z9hG4bKws{cseq}",
        "Max-Forwards: 70",
        f"From: <sip:{user}@{domain}>;tag=ws1",
        f"To: <sip:{user}@{domain}>",
        f"Call-ID: ws-{os.getpid()}",
        f"CSeq: {cseq} REGISTER",
        f"Contact: <sip:{user}@df7jal23ls0d.invalid;transport=ws>;expires={expires}"
        ';reg-id=1;+sip.instance="<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"',
        "Supported: path, outbound, gruu",
        "User-Agent: register-ws",
    ]
    if challenge:
        realm, nonce = (re.search(f'{name}="([^"]*)"', challenge)[1] for name in ("realm", "nonce"))
        ha1, ha2 = md5(f"{user}:{realm}:{password}"), md5(f"REGISTER:sip:{domain}")
        response = md5(f"{ha1}:{nonce}:00000001:c0ffee:auth:{ha2}")
        lines.append(
            f'Authorization: Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="sip:{domain}", '
            f'response="{response}", algorithm=MD5, cnonce="c0ffee", qop=auth, nc=00000001'
        )
    # No Content-Length: over WebSocket a message ends with its frame.
    return "\r\n".join(lines) + "\r\n\r\n"


async def login(socket, cseq, expires):
    await socket.send(register(cseq, expires))
    answer = await asyncio.wait_for(socket.recv(), 5)
    if " 401 " in answer.split("\r\n")[0]:
        await socket.send(register(cseq + 1, expires, answer))
        answer = await asyncio.wait_for(socket.recv(), 5)
    print(answer)
    return answer.startswith("SIP/2.0 200")


async def main():
    context = None
    if transport == "WSS":
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    async with websockets.connect(url, subprotocols=["sip"], ssl=context) as socket:
        if socket.subprotocol != "sip" or not await login(socket, 1, 60):
            return 1
        if "HOLD" in os.environ:
            await asyncio.sleep(float(os.environ["HOLD"]))
            return 0
        return 0 if await login(socket, 3, 0) else 1


sys.exit(asyncio.run(main()))
