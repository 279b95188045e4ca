/** Common names in several scripts, each with a Latin form for addresses. Nobody in particular. */
type Name = readonly [written: string, latin: string];
type Names = Readonly<{ first: readonly Name[]; last: readonly Name[]; lastFirst?: true }>;

const plain = (words: string): Name[] => words.split(' ').map((w) => [w, latinOf(w)]);
const pairs = (words: string): Name[] =>
  words.split(' ').map((w) => w.split('/') as unknown as readonly [string, string]);

function latinOf(word: string): string {
  return word
    .normalize('NFD')
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
}

export const NAMES = {
  english: {
    first: plain(
      'Olivia James Emma Noah Ava William Grace Henry Chloe Jack Sophie Thomas Lucy Daniel Megan Ryan Hannah Samuel Zoe Ethan',
    ),
    last: plain(
      "Smith Johnson Brown Taylor Wilson Clark Walker Hughes Green Baker Carter Murphy O'Brien O'Neill Reed Cooper Ward Price Foster Bennett",
    ),
  },
  german: {
    first: plain(
      'Anna Lukas Jürgen Sabine Käthe Felix Hannah Jonas Björn Ursula Stefan Greta Moritz Heike Jörg Lena Paul Marie Götz Clara',
    ),
    last: plain(
      'Müller Schmidt Schneider Fischer Weber Wagner Becker Schäfer Köhler Krüger Zimmermann Vogel Böhm Lang Kraus Jäger Roth Huber Graf Winkler',
    ),
  },
  romance: {
    first: plain(
      'Camille Léa Hugo Chloé Inès José María Lucía Javier Núria Giulia Marco Chiara Matteo João Inês André Ioana Andrei Zoë',
    ),
    last: plain(
      "García Martínez Fernández Rossi Bianchi Ferrari D'Angelo Silva Santos Pereira Dubois Lefèvre Moreau Popescu Ionescu Núñez Peña Conti Esposito Lambert",
    ),
  },
  nordic: {
    first: plain(
      'Åsa Björn Sören Linnéa Freja Lars Ingrid Jørgen Søren Eero Aino Väinö Maja Nils Astrid Elin',
    ),
    last: plain(
      'Andersson Johansson Åkesson Lindqvist Sørensen Jørgensen Møller Virtanen Mäkinen Korhonen Nilsson Berg Dahl Holm',
    ),
  },
  central: {
    first: plain(
      'Zofia Łukasz Agnieszka Piotr Kateřina Jiří Tomáš Eliška Gergő Zsófia László Réka Małgorzata Michał Anna Jan',
    ),
    last: plain(
      'Kowalski Nowak Wiśniewski Wójcik Novák Svoboda Dvořák Černý Nagy Kovács Szabó Tóth Horváth Zieliński Szymański Veselý',
    ),
  },
  cyrillic: {
    first: pairs(
      'Олена/olena Андрій/andriy Ірина/iryna Тарас/taras Оксана/oksana Георги/georgi Мария/mariya Димитър/dimitar Ивайло/ivaylo Десислава/desislava',
    ),
    last: pairs(
      'Шевченко/shevchenko Коваленко/kovalenko Бондаренко/bondarenko Ткачук/tkachuk Иванов/ivanov Петров/petrov Димитрова/dimitrova Георгиев/georgiev Николов/nikolov',
    ),
  },
  greek: {
    first: pairs(
      'Γιώργος/giorgos Μαρία/maria Κώστας/kostas Ελένη/eleni Δημήτρης/dimitris Σοφία/sofia Νίκος/nikos Κατερίνα/katerina',
    ),
    last: pairs(
      'Παπαδόπουλος/papadopoulos Βλάχου/vlachou Αγγελόπουλος/angelopoulos Νικολάου/nikolaou Γεωργίου/georgiou Μακρής/makris Οικονόμου/oikonomou',
    ),
  },
  japanese: {
    lastFirst: true,
    first: pairs(
      '陽菜/hina さくら/sakura 大翔/hiroto 蓮/ren 美咲/misaki 健太/kenta 結衣/yui 翔太/shota 直樹/naoki あおい/aoi',
    ),
    last: pairs(
      '佐藤/sato 鈴木/suzuki 高橋/takahashi 田中/tanaka 伊藤/ito 渡辺/watanabe 山本/yamamoto 中村/nakamura 小林/kobayashi 加藤/kato',
    ),
  },
  chinese: {
    lastFirst: true,
    first: pairs('伟/wei 芳/fang 娜/na 敏/min 静/jing 强/qiang 磊/lei 洋/yang 艳/yan 杰/jie'),
    last: pairs('王/wang 李/li 张/zhang 刘/liu 陈/chen 杨/yang 黄/huang 赵/zhao 周/zhou 吴/wu'),
  },
  korean: {
    lastFirst: true,
    first: pairs(
      '서연/seoyeon 민준/minjun 지우/jiwoo 서준/seojun 하은/haeun 도윤/doyun 지민/jimin 현우/hyunwoo',
    ),
    last: pairs('김/kim 이/lee 박/park 최/choi 정/jung 강/kang 조/cho 윤/yoon'),
  },
  devanagari: {
    first: pairs(
      'आरव/aarav प्रिया/priya राहुल/rahul अनन्या/ananya विवान/vivaan दीपिका/deepika अर्जुन/arjun मीरा/meera',
    ),
    last: pairs('शर्मा/sharma वर्मा/verma गुप्ता/gupta सिंह/singh पटेल/patel कुमार/kumar जोशी/joshi मेहता/mehta'),
  },
  arabic: {
    first: pairs('محمد/mohammed فاطمة/fatima أحمد/ahmed مريم/maryam علي/ali نور/noor يوسف/yousef ليلى/layla'),
    last: pairs('الهاشمي/alhashimi المنصوري/almansoori خليل/khalil حداد/haddad نجار/najjar سليمان/sulaiman'),
  },
} satisfies Record<string, Names>;

export type Script = keyof typeof NAMES;
export const namesOf = (script: Script): Names => NAMES[script];

export type Country = Readonly<{
  code: string;
  weight: number;
  languages: readonly string[];
  script: Script;
  dial: string;
  cities: readonly string[];
  regions?: readonly string[];
}>;

const country = (
  code: string,
  weight: number,
  languages: string,
  script: Script,
  dial: string,
  cities: string,
  regions?: string,
): Country => ({
  code,
  weight,
  languages: languages.split(' '),
  script,
  dial,
  cities: cities.split('|'),
  ...(regions === undefined ? {} : { regions: regions.split(' ') }),
});

export const COUNTRIES: readonly Country[] = [
  country(
    'US',
    260,
    'en en en es',
    'english',
    '+1',
    'Springfield|Riverside|Franklin|Greenville|Madison',
    'CA TX FL NY PA IL OH GA NC MI NJ VA WA AZ MA TN IN MO MD WI CO MN OR AL KY',
  ),
  country('DE', 150, 'de', 'german', '+49', 'Köln|Leipzig|München|Münster|Lübeck'),
  country('GB', 130, 'en', 'english', '+44', 'Leeds|Bristol|York|Cardiff|Dundee'),
  country('FR', 90, 'fr', 'romance', '+33', 'Lyon|Orléans|Besançon|Nîmes|Brest'),
  country('IT', 60, 'it', 'romance', '+39', 'Torino|Bari|Forlì|Padova'),
  country('ES', 55, 'es ca', 'romance', '+34', 'Málaga|A Coruña|Lleida|Cádiz'),
  country(
    'CA',
    45,
    'en en fr',
    'english',
    '+1',
    'Kingston|Hamilton|Québec|Regina',
    'ON QC BC AB MB SK NS NB',
  ),
  country('AU', 35, 'en', 'english', '+61', 'Geelong|Hobart|Newcastle', 'NSW VIC QLD WA SA TAS ACT'),
  country('NL', 30, 'nl', 'german', '+31', 'Utrecht|Haarlem|Delft'),
  country('PL', 28, 'pl', 'central', '+48', 'Łódź|Kraków|Gdańsk'),
  country('JP', 26, 'ja', 'japanese', '+81', '横浜市|名古屋市|札幌市'),
  country('IN', 22, 'en hi', 'devanagari', '+91', 'पुणे|जयपुर|Mysuru'),
  country('SE', 18, 'sv', 'nordic', '+46', 'Malmö|Örebro|Umeå'),
  country('BE', 16, 'nl fr', 'romance', '+32', 'Gent|Liège|Namur'),
  country('AT', 15, 'de', 'german', '+43', 'Graz|Linz|Sankt Pölten'),
  country('PT', 13, 'pt', 'romance', '+351', 'Braga|Évora|Setúbal'),
  country('IE', 12, 'en', 'english', '+353', 'Cork|Galway|Dún Laoghaire'),
  country('DK', 11, 'da', 'nordic', '+45', 'Aarhus|Helsingør|Køge'),
  country('FI', 10, 'fi sv', 'nordic', '+358', 'Tampere|Jyväskylä|Åbo'),
  country('CZ', 10, 'cs', 'central', '+420', 'Brno|Plzeň|Ústí nad Labem'),
  country('GR', 9, 'el', 'greek', '+30', 'Πάτρα|Λάρισα|Ιωάννινα'),
  country('HU', 8, 'hu', 'central', '+36', 'Győr|Szeged|Pécs'),
  country('RO', 8, 'ro', 'romance', '+40', 'Cluj-Napoca|Brașov|Iași'),
  country('BG', 6, 'bg', 'cyrillic', '+359', 'Пловдив|Варна|Русе'),
  country('UA', 6, 'uk', 'cyrillic', '+380', 'Львів|Полтава|Чернівці'),
  country('KR', 6, 'ko', 'korean', '+82', '부산|대전|수원'),
  country('AE', 5, 'ar en', 'arabic', '+971', 'العين|الفجيرة'),
  country('SG', 4, 'en zh', 'chinese', '+65', 'Singapore'),
  country('LU', 3, 'fr de', 'romance', '+352', 'Esch-sur-Alzette|Diekirch'),
];

export const MAIL_DOMAINS = [
  'post.example',
  'mail.example',
  'inbox.example',
  'webmail.example',
  'home.example',
  'letters.example',
];
/** Addresses whose local part and domain are not ASCII (RFC 6531). */
export const INTERNATIONAL_DOMAINS = [
  'почта.example',
  'bücher.example',
  'メール.example',
  'ταχυδρομείο.example',
];
