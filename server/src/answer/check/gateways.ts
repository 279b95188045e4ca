/**
 * What gateways write above and below mail that they let in. In a message that says it comes from us nobody else may write, so
 * that a few harmless words are not enough there: all of it must consist of words with which nobody can be led anywhere, asked
 * for anything, or told that the notice is wrong.
 */

/** Of banners and of what scanners say of their work, in the languages of notices. */
const WORDS = new Set(
  `caution warning attention external notice alert note this that the a an email e mail mails message messages originated originates was were is are be came comes coming sent from outside of your our organization organisation company network domain by someone do don t not never click clicking on any or and links link open opening attachments attachment unless you recognize recognise trust know the sender senders content safe careful exercise please use when if with verify before to it in expected unknown internal
   has have been scanned checked virus viruses free for dangerous malware spam software antivirus anti security cloud service gateway filter filtered believed clean found incoming no
   achtung vorsicht warnung externe externer extern diese dieser e-mail nachricht stammt kommt von außerhalb der ihrer unserer organisation firma des unternehmens keine nicht klicken sie auf links oder öffnen anhänge wenn den absender kennen wissen dass inhalt sicher ist es sei denn und bitte seien vorsichtig
   wurde vom auf viren virenfrei geprüft überprüft gescannt durch das software virenschutz spamfilter enthält gefunden
   ce cet message courriel provient vient extérieur l organisation de ne cliquez pas sur les liens et n ouvrez pièces jointes sauf si vous connaissez expéditeur le la prudence externe
   électronique a été est vérifié vérifiée analysé analysée par logiciel antivirus d aucun trouvé absence dans
   este esta correo mensaje procede viene fuera organización no haga clic en enlaces ni abra archivos adjuntos menos que conozca el remitente externo precaución
   electrónico ha sido fue comprobado analizado escaneado verificado busca de virus por con libre sin
   questo questa messaggio posta elettronica è stato stata controllato controllata analizzato analizzata verificato per individuare da con privo proviene dall esterno dell organizzazione attenzione mittente
   esta mensagem foi verificado verificada analisado analisada escaneada pelo pela software antivírus contém vírus externa remetente organização
   dit deze bericht is gecontroleerd gescand op virussen met door antivirussoftware virusvrij extern afzender organisatie van buiten
   ta wiadomość została sprawdzona przeskanowana na obecność wirusów przez oprogramowanie antywirusowe wolna od wirusów zewnętrzna nadawca spoza organizacji
   det här e-postmeddelandet meddelandet e-post har sökts igenom skannats kontrollerats efter virus med av antivirusprogram virusfritt från externt avsändare utanför organisationen
   avast avg mailscanner symantec mcafee kaspersky sophos barracuda mimecast proofpoint eset norton bitdefender defender microsoft hornetsecurity`.match(
    /\p{L}+/gu,
  ),
);
/** Japanese writes without blanks: nothing but these, one behind the other. */
const JAPANESE =
  /^(?:この|本|メール|メッセージ|電子|は|が|に|より|によって|で|を|の|も|と|ウイルス|ウィルス|スパム|アンチ|チェック|スキャン|検査|確認|対策|ソフト|フリー|されて|されました|されています|います|済み|しました|した|外部|組織|社外|から|送信|受信|注意|ください|[\s。、：:「」（）()【】*-])+$/u;

const MOST_LETTERS = 600;

/** Of such words one can say that the message is bad, as well as that it was looked at: then its reader would not go by it. */
const WARNS_OF_OURS =
  /\b(?:is|are|was|were|be|contains?|ist|sind|war|enthält|est|sont|contient|es|son|contiene|è|sono|é|são|contém|zijn|bevat|jest|są|zawiera|är|innehåller)\s+(?:(?:a|an|ein|eine|un|une|una|um|uma|een|en|ett|known|dangerous|believed|to|be)\s+)*(?:spam|malware|virus|viruse?s|viren|vírus|wirus\p{L}*|dangerous|unknown|ウイルス)|\b(?:do not|don.t|never) (?:trust|recognize|recognise|know|use)|\bnot (?:be )?(?:safe|trusted?|clean|ours?|from our|from us)|\b(?:no|nicht|pas|non|não|niet|nie|inte) (?:safe|trust|sicher|kennen)|^\W*(?:spam|malware|virus)/iu;
/** That nothing be opened, or nothing without care. */
const HOLDS_BACK =
  /[^.!\n]*\b(?:not|don.t|never|careful|caution|care|unless|nicht|keine|vorsicht\p{L}*|ne|pas|prudence|no|non|não|niet|nie|inte|attenzione|precaución)(?!\p{L})[^.!\n]*/giu;
const LEADS = /\b(?:click|open|use|klicken|öffnen|cliquez|ouvrez|clic|abra)\p{L}*/iu;

/** Whether a text is such a line, and nothing else. */
export function isOfGateway(text: string): boolean {
  if (text.length > MOST_LETTERS || /[\p{N}@€$£¥/\\<>]/u.test(text)) return false;
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return JAPANESE.test(text);
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  if (WARNS_OF_OURS.test(text) || LEADS.test(text.replace(HOLDS_BACK, ''))) return false;
  return words.every((word) => WORDS.has(word)) && /^[\p{L}\p{P}\p{Zs}\n|=+*]*$/u.test(text);
}
