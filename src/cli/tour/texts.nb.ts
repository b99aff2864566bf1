import type { Texts } from './words.js';

export const bokmaal: Texts = {
  asTold: 'som fortalt',
  notAsTold: 'IKKE som fortalt',
  score: (right, steps) => `Omvisning: ${right} av ${steps} trinn gikk som fortalt`,
  stopped: (step, title, why) => `omvisningen stanset ved trinn ${step}, «${title}»: ${why}`,
  noCast:
    'Katalogen har ingen skole, OT-enhet og Nav-kontor som historien kan spilles med: en skole og en OT-enhet i samme fylkeskommune og et Nav-kontor for samme kommune. Last inn en katalog: stafett directory load FIL',
  opening: ({ school, ot, nav, county }, url) => [
    'Ronja er sytten år og oppdiktet. Hun slutter på videregående midt i skoleåret, og tre systemer må vite hva de skal gjøre. De snakker med Stafett på',
    url,
    '',
    `Skolen: ${school}`,
    `Oppfølgingstjenesten (OT): ${ot}`,
    `Nav: ${nav}`,
    `Revisoren ser på fra: ${county}`,
  ],
  hints: {
    open: 'Åpne:',
    docs: 'alle kall, med felter og svar',
    problems: 'alle feil, og hva du gjør med dem',
    try: 'Prøv i et annet terminalvindu:',
    agencies: 'hvem som er med',
    navInbox: 'det som ligger åpent i innboksen til Nav (henvisningen av Jonas)',
    discrepancies: 'det nattkjøringen har funnet',
    log: 'det loggen forteller om det som er utlevert',
    again: 'omvisningen en gang til, på engelsk',
  },
  steps: {
    asked: {
      title: 'Skolen spør først hva som ville skje',
      means:
        'Ingenting blir lagret. Stafett sier hvem som ville få meldingen, hvilke slags opplysninger som ville følge med, og hvilke paragrafer som tillater det. Skolen og OT hører til samme fylkeskommune, og loven lar skolen si fra. Å be Ronja om samtykke her ville ha villedet henne.',
    },
    interrupted: {
      title: 'Skolen melder at Ronja har sluttet',
      means:
        'Svaret kom først da meldingen var trygt lagret. Fra nå av tåler den at alt annet krasjer. Skolen oppga ingen mottaker: det er bostedet til Ronja som avgjør.',
    },
    otPulls: {
      title: 'OT venter ved innboksen sin og får meldingen',
      means:
        'Kallet venter til det kommer noe, så OT vet det med en gang. Hjemlene følger med meldingen. At OT har lest den, ble skrevet i loggen i samme transaksjon.',
    },
    otAcknowledges: {
      title: 'OT kvitterer',
      means: 'OT har meldingen og tar vare på den. Fram til nå ble den ikke regnet som kommet fram.',
    },
    schoolSees: {
      title: 'Skolen ser at meldingen er kommet fram',
      means: 'Ingen telefoner og ingen gjetting: tilstanden er «acknowledged», kvittert for.',
    },
    referredWithoutYes: {
      title: 'OT henviser Ronja til Nav, men har ikke samtykke fra henne',
      means:
        'Stafett tar imot og ser deretter på hvor henvisningen skal. Nav er en annen virksomhet, og en henvisning dit krever at Ronja samtykker til at taushetsplikten oppheves.',
    },
    refusalNotice: {
      title: 'Henvisningen blir avvist, og OT får vite hvorfor',
      means:
        '«consent-missing», samtykke mangler: ingenting gikk til Nav, og innholdet er alt slettet. Beskjeden kommer i OTs egen innboks, slik alt annet gjør.',
    },
    consent: {
      title: 'Ronja sier ja, og OT registrerer samtykket',
      means:
        'Samtykket sier hvilke opplysninger det gjelder, fra hvem, til hvem, til hva og hvor lenge. Mer enn det dekker det ikke.',
    },
    referred: {
      title: 'OT henviser henne på nytt',
      means:
        'En ny hendelse med ny id. Hadde OT sendt den gamle om igjen, ville svaret vært den gamle kvitteringen: ingenting blir gjort to ganger.',
    },
    navPulls: {
      title: 'Systemet til Nav venter ved innboksen og får henvisningen',
      means:
        'Bare det Ronja har sagt ja til, følger med. «withheld» nevner de slags opplysninger som blir igjen, enten de var fylt ut eller ikke.',
    },
    navAcknowledges: {
      title: 'Nav kvitterer',
      means: 'Henvisningen er kommet fram, og OT kan se det.',
    },
    navAnswers: {
      title: 'Nav svarer at saken er tatt imot',
      means: 'Et svar sier hva det er svar på, og bare den som har mottatt henvisningen, kan svare på den.',
    },
    otReadsAnswer: {
      title: 'OT leser svaret',
      means: 'Hvem som er kontaktperson, og når det første møtet er. Ingen trenger å ringe rundt.',
    },
    withdrawn: {
      title: 'Ronja trekker samtykket tilbake',
      means: 'Det tar ett kall. Fra dette svaret av får ingen noe som bygde på samtykket.',
    },
    notGivenAgain: {
      title: 'Nav ber en gang til om det som kom tidligere',
      means:
        'Innboksen kan leses om igjen fra et tidligere sted, men henvisningen blir ikke utlevert lenger. (Det Nav alt har kopiert, må Nav selv ta hånd om.)',
    },
    referredAfterNo: {
      title: 'OT prøver å henvise henne enda en gang',
      means: 'Stafett tar imot og vurderer som før.',
    },
    stopped: {
      title: 'Den nye henvisningen blir stanset',
      means: 'Samtykket blir sjekket når noe skal sendes videre, og på nytt hver gang det leses.',
    },
    trail: {
      title: 'Revisoren ber om alt som gjelder Ronja',
      means:
        'Hvert trinn står der: hvem som sendte, hvem som fikk nei, og hvem som leste. Også søket står i loggen fra nå av, med begrunnelse: den som ser etter, blir selv sett.',
    },
    otherReferred: {
      title: 'En annen ungdom, Jonas, har sagt ja og blir henvist',
      means: 'Samtykket hans ble registrert nettopp, på samme måte.',
    },
    leftLying: {
      title: 'Systemet til Nav henter henvisningen av Jonas, og så gjør ingen noe',
      means: 'Den er lest, men ingen har kvittert. Det er slik en ungdom faller mellom to stoler.',
    },
    nightly: {
      title: 'Nattkjøringen, slik den ville vært om tre uker',
      means:
        'Hver natt sammenligner Stafett det som skulle ha skjedd, med det som skjedde. Partene har avtalt å kvittere innen fem virkedager.',
    },
    discrepancy: {
      title: 'Jonas blir funnet',
      means:
        'Henvisningen som ingen svarte på, står på fylkeskommunens liste, med hvem sin tur det er og hvilken dag det skulle ha skjedd, til noen sier hva det ble til.',
    },
  },
};
