/** The support desk: one field for a code, an address, a customer's id or a message; then the verdict, and what may be said. */
import { useMutation } from '@tanstack/react-query';
import {
  type ClipboardEvent,
  type DragEvent,
  type KeyboardEvent,
  type SubmitEvent,
  useRef,
  useState,
} from 'react';
import { answerOf, api } from '../app/client.ts';
import { useShortcuts } from '../app/keys.tsx';
import { Field } from '../kit/form.tsx';
import { Failed, Loading } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import type { Found } from './desk.types.ts';
import { DeskFound } from './desk-found.tsx';
import { HoldingStatements } from './statements.tsx';
import './answer.css';

type Picked = Readonly<{ name: string; base64: string }>;

/** What may be a code or a message counts only together with the address to which it came. */
const mayNeedAddress = (asked: string): boolean =>
  asked.length > 60 || /\n/.test(asked) || /^\s*[0-9a-z]{4}[-\s]+[0-9a-z]{5}/i.test(asked);

const readAsBase64 = (file: File): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
    reader.onerror = () => reject(reader.error ?? new Error(file.name));
    reader.readAsDataURL(file);
  });

const isNobody = (found: Found | undefined): boolean =>
  found !== undefined && found.people.length === 0 && found.message === undefined && found.code === undefined;

export function Desk() {
  const { t, language } = useWords();
  const [asked, setAsked] = useState('');
  const [address, setAddress] = useState('');
  const [picked, setPicked] = useState<Picked>();
  const field = useRef<HTMLTextAreaElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const looking = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/desk', {
          body: {
            ...(picked === undefined ? { asked } : { eml: picked.base64 }),
            ...(address.trim() === '' ? {} : { address }),
            language,
          },
        }),
      ),
  });
  // What stands below is never the answer about somebody else.
  const change = (set: () => void) => {
    looking.reset();
    set();
  };
  const handleNext = () => {
    change(() => {
      setAsked('');
      setAddress('');
      setPicked(undefined);
    });
    field.current?.focus();
  };
  useShortcuts([
    { key: '/', says: 'desk.keyField', run: () => field.current?.select() },
    { key: 'n', says: 'desk.next', run: handleNext },
  ]);
  const isEmpty = picked === undefined && asked.trim() === '';
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!isEmpty && !looking.isPending) looking.mutate();
  };
  const pick = async (given: File | undefined) => {
    if (given === undefined) return;
    const base64 = await readAsBase64(given);
    change(() => {
      setPicked({ name: given.name, base64 });
      setAsked('');
    });
  };
  const handleDrop = (event: DragEvent) => {
    const [given] = event.dataTransfer.files;
    if (given === undefined) return;
    event.preventDefault();
    void pick(given);
  };
  const handlePaste = (event: ClipboardEvent) => {
    const [given] = event.clipboardData.files;
    if (given === undefined) return;
    event.preventDefault();
    void pick(given);
  };
  const handleKey = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.currentTarget.form?.requestSubmit();
  };
  const wantsAddress =
    address !== '' || picked !== undefined || mayNeedAddress(asked) || looking.data?.code !== undefined;
  // Whoever was told is answered by what they were told; before that, by what was issued for the desk.
  const isBeforeNotice = looking.isIdle || isNobody(looking.data);
  return (
    <>
      <h1>{t('desk.title')}</h1>
      <form
        className="desk"
        onSubmit={handleSubmit}
        onDragOver={(event) => event.preventDefault()}
        onDrop={handleDrop}
      >
        {picked === undefined ? (
          <Field label={t('desk.field')} help={t('desk.fieldHelp')}>
            {(ids) => (
              <textarea
                {...ids}
                ref={field}
                className="desk-field"
                rows={1}
                // biome-ignore lint/a11y/noAutofocus: there is one field, and whoever comes here is on the telephone.
                autoFocus
                autoComplete="off"
                spellCheck={false}
                value={asked}
                onChange={({ target }) => change(() => setAsked(target.value))}
                onKeyDown={handleKey}
                onPaste={handlePaste}
              />
            )}
          </Field>
        ) : (
          <p className="desk-file">
            <strong>{picked.name}</strong>{' '}
            <button type="button" className="link" onClick={() => change(() => setPicked(undefined))}>
              {t('desk.otherThan')}
            </button>
          </p>
        )}
        {wantsAddress && (
          <Field label={t('desk.address')} help={t('desk.addressHelp')}>
            {(ids) => (
              <input
                {...ids}
                autoComplete="off"
                spellCheck={false}
                inputMode="email"
                value={address}
                onChange={({ target }) => change(() => setAddress(target.value))}
              />
            )}
          </Field>
        )}
        <p className="actions">
          <button type="submit" className="button" disabled={isEmpty || looking.isPending}>
            {t('desk.look')}
          </button>
          <button type="button" className="link" onClick={() => file.current?.click()}>
            {t('desk.pick')}
          </button>
          <input
            ref={file}
            type="file"
            accept=".eml,message/rfc822,text/plain"
            hidden
            aria-label={t('desk.pick')}
            onChange={({ target }) => {
              void pick(target.files?.[0]);
              target.value = '';
            }}
          />
          {looking.data !== undefined && (
            <button type="button" className="link" onClick={handleNext}>
              {t('desk.next')}
            </button>
          )}
        </p>
      </form>
      {looking.isPending && <Loading />}
      {looking.error !== null && <Failed error={looking.error} again={() => looking.mutate()} />}
      {looking.data === undefined ? (
        looking.isIdle && <p className="soft desk-hint">{t('desk.hint')}</p>
      ) : (
        <DeskFound key={looking.data.receipt.entry} found={looking.data} />
      )}
      {isBeforeNotice && <HoldingStatements />}
    </>
  );
}
