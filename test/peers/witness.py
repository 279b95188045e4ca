"""A witness of C2SP tlog-witness that shares no code with Forthright: Python and openssl. Prints its port and key as JSON."""
import base64, hashlib, http.server, json, os, subprocess, sys, tempfile, time

folder, origin, log_key = sys.argv[1:4]
H = lambda b: hashlib.sha256(b).digest()
NAME = 'witness.example/w1'
PEM = os.path.join(folder, 'witness.pem')


def openssl(*args):
    return subprocess.run(['openssl', *args], check=True, capture_output=True).stdout


openssl('genpkey', '-algorithm', 'ed25519', '-out', PEM)
public = openssl('pkey', '-in', PEM, '-pubout', '-outform', 'DER')[-32:]
key_id = H(NAME.encode() + b'\n\x04' + public)[:4]
vkey = f'{NAME}+{key_id.hex()}+{base64.b64encode(bytes([4]) + public).decode()}'
seen = {'size': 0, 'root': H(b'')}


def temporary(content):
    path = tempfile.mktemp(dir=folder)
    with open(path, 'wb') as file:
        file.write(content)
    return path


def is_by_log(text, signatures):
    name, given_id, key = log_key.split('+', 2)
    der = temporary(bytes.fromhex('302a300506032b6570032100') + base64.b64decode(key)[1:])
    for line in signatures:
        _, by, blob = line.split(' ')
        blob = base64.b64decode(blob)
        if by == name and blob[:4].hex() == given_id:
            check = ['pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', der, '-rawin']
            files = ['-in', temporary(text.encode()), '-sigfile', temporary(blob[4:])]
            return subprocess.run(['openssl', *check, *files], capture_output=True).returncode == 0
    return False


def grows(first, second, first_root, second_root, proof):  # RFC 9162, section 2.1.4.2
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof
    if first & (first - 1) == 0:
        proof = [first_root, *proof]
    if not proof:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for c in proof[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = H(b'\1' + c + fr), H(b'\1' + c + sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = H(b'\1' + sr + c)
        fn, sn = fn >> 1, sn >> 1
    return fr == first_root and sr == second_root and sn == 0


class Witness(http.server.BaseHTTPRequestHandler):
    def say(self, status, body=b'', kind='text/plain'):
        self.send_response(status)
        self.send_header('content-type', kind)
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers['content-length'])).decode()
        if self.path != '/w1/add-checkpoint':
            return self.say(404)
        head, note = body.split('\n\n', 1)
        old, *proof = head.split('\n')
        text, signatures = note.split('\n\n', 1)
        text += '\n'
        named, size, root = text.split('\n')[:3]
        old, size, root = int(old.removeprefix('old ')), int(size), base64.b64decode(root)
        if named != origin:
            return self.say(404)
        if not is_by_log(text, signatures.rstrip('\n').split('\n')):
            return self.say(403)
        if old > size:
            return self.say(400)
        if old != seen['size']:
            return self.say(409, f"{seen['size']}\n".encode(), 'text/x.tlog.size')
        if not grows(old, size, seen['root'], root, [base64.b64decode(line) for line in proof]):
            return self.say(409 if old == size else 422)
        seen.update(size=size, root=root)
        at = int(time.time())
        message = temporary(f'cosignature/v1\ntime {at}\n{text}'.encode())
        signature = openssl('pkeyutl', '-sign', '-inkey', PEM, '-rawin', '-in', message)
        blob = base64.b64encode(key_id + at.to_bytes(8, 'big') + signature).decode()
        self.say(200, f'— {NAME} {blob}\n'.encode())


server = http.server.HTTPServer(('127.0.0.1', 0), Witness)
print(json.dumps({'port': server.server_port, 'vkey': vkey}), flush=True)
server.serve_forever()
