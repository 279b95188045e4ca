/**
 * Words of many languages in which mail systems say that a mailbox is unknown, full or switched off. Stems: up to five
 * letters may follow, none where `$` stands. In lower case and without marks on Latin letters, as `plain` writes them.
 */
const stems = (list: string): string[] => list.trim().split(/\s*,\s*/);

/** The one who was written to, or the place. */
const ADDRESSEE = stems(`
  benutzer, usuari, utent, utilisateur, gebruiker, uzytkownik, anvandar, bruger, bruker, kayttaj, uzivatel, felhasznal,
  kullanic, пользовател, абонент, користувач, empfanger, empfaenger, destinatari, destinatair, ontvanger, odbiorc,
  mottagar, modtager, mottaker, vastaanott, prijemc, cimzett, получател, адресат, adress, adres$, adresse, indirizz,
  direccion, enderec, osoit, postfach, konto, casell, buzon, cuenta, casilla, boite, compte, caixa, conta$, skrzynk,
  schrank, brevlad, postlad, postkasse, postafiok, postakutu, ящик, mailbox, account, inbox
`);

const UNKNOWN = stems(`
  unbekannt, sconosciut, desconocid, desconhecid, inconnu, onbekend, nieznan, okand, ukendt, ukjent, neznam, ismeretlen,
  tuntemat, bilinmey, неизвест, невідом, inesistent, inexistent, inexistant, non esiste, no existe, nao existe,
  n'existe pas, existiert nicht, gibt es nicht, bestaat niet, nie istniej, nie ma taki, finns inte, findes ikke,
  finnes ikke, neexistuj, nem letez, ei loydy, ei ole olemassa, bulunamadi, mevcut degil, не существует, не найден,
  нет так, такого, non trovat, no encontrad, no se encontr, nao encontrad, nao foi encontrad, introuvable,
  nicht gefunden, nicht vorhanden, nicht bekannt, nicht im, nicht in d, non presente, non elencat, no figura,
  niet gevonden, nie znalezion, hittades inte, ungultig, ungueltig, non valid, no valid, no es valid, invalid,
  nieprawidlow, ongeldig, ogiltig
`);

const FULL = stems(`
  voll, vol$, pien, llen, cheia, lotad, plein, peln, przepelnion, fuld, plna, plny, megtelt, taynna, dolu$, переполнен,
  esaurit, agotad, esgotad, sature, uberschritten, ueberschritten, superat, excedid, superad, depass, overschreden,
  przekroczon, overskred, превышен
`);

const OFF = stems(`
  gesperrt, deaktiviert, stillgelegt, sospes, disattivat, disabilitat, suspendid, desactivad, deshabilitad, inativ,
  desativad, bloquead, suspendu, desactiv, inactif, geblokkeerd, uitgeschakeld, zablokowan, nieaktywn, sparrad,
  avstangd, spaerret, sperret, заблокирован, отключен, zablokovan, devre disi
`);

const SPACE = stems('quota, cuota, cota$, kwota, limit, квот, spazio, espacio');

/** One of each beside the other, in either order, with a few words between. */
function beside(one: readonly string[], other: readonly string[]): RegExp[] {
  const [a, b] = [one, other].map(
    (words) =>
      `(?<!\\p{L})(?:${words.map((word) => word.replace(/\$$/, '(?!\\p{L})')).join('|')})\\p{L}{0,5}(?!\\p{L})`,
  );
  return [new RegExp(`${a}.{0,40}${b}`, 'u'), new RegExp(`${b}.{0,25}${a}`, 'u')];
}

export const SAYS_UNKNOWN = beside(ADDRESSEE, UNKNOWN);
export const SAYS_FULL = beside([...ADDRESSEE, ...SPACE], FULL);
export const SAYS_OFF = beside(ADDRESSEE, OFF);
