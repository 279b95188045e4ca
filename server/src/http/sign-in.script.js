// Passkeys in the browser. Without script, or in a browser that has none, the form with the password is all there is.
const problems = document.getElementById('problems');
// The server's words in the reader's language, and the view to go on to.
const { noPasskey, made, then } = document.querySelector('main').dataset;

function tell(message) {
  const item = document.createElement('li');
  item.textContent = message;
  problems.replaceChildren(item);
  problems.hidden = false;
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.detail);
  return json;
}

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));

async function usePasskey() {
  const { challenge, ...options } = await post('/api/sign-in/passkey/begin', {});
  const credential = await navigator.credentials.get({
    publicKey: { ...options, challenge: bytes(challenge) },
  });
  await post('/api/sign-in/passkey', { credential: credential.toJSON() });
  location.assign(then);
}

async function makePasskey(form) {
  const { name, password } = Object.fromEntries(new FormData(form));
  const options = await post('/api/me/passkeys/begin', { password });
  const credential = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: options.excludeCredentials.map((one) => ({ ...one, id: bytes(one.id) })),
    },
  });
  await post('/api/me/passkeys', { name, credential: credential.toJSON() });
  form.hidden = true;
  document.getElementById('made').textContent = made.replace('%', () => name);
}

/** What the browser itself says (nobody chose a passkey, it took too long) is said in our words. */
async function attempt(button, work) {
  problems.hidden = true;
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    tell(error instanceof DOMException ? noPasskey : error.message);
  } finally {
    button.disabled = false;
  }
}

if (window.PublicKeyCredential !== undefined) {
  const use = document.getElementById('use-passkey');
  if (use !== null) {
    use.hidden = false;
    use.addEventListener('click', () => attempt(use, usePasskey));
  }
  const make = document.getElementById('make-passkey');
  if (make !== null) {
    make.hidden = false;
    make.addEventListener('submit', (event) => {
      event.preventDefault();
      return attempt(event.submitter, () => makePasskey(make));
    });
  }
}
