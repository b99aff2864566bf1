import type { Texts } from './words.js';

export const bokmaal: Texts = {
  asTold: 'som fortalt',
  notAsTold: 'IKKE som fortalt',
  score: (right, steps) => `Omvisning: ${right} av ${steps} trinn gikk som fortalt`,
  opening: ({ school, ot, nav, county }, url) => [
    `Ronja på sytten år (og oppdiktet) slutter på videregående midt i skoleåret. Tre systemer snakker med knutepunktet på ${url}:`,
    `  ${school} (skolen)`,
    `  ${ot} (OT, fylkeskommunens oppfølgingstjeneste)`,
    `  ${nav} (Nav)`,
    `og en revisor i ${county} ser på.`,
  ],
  next: (url, county) => [
    'Åpne og prøv videre:',
    `  ${url}/docs                programmeringsgrensesnittet, til å bla i`,
    `  ${url}/problems            alle feil, og hva du gjør med dem`,
    '  npm run -s stafett -- agencies     hvem som er med',
    `  npm run -s stafett -- reconcile deliveries --agency ${county}`,
    '  README.md                          den første timen, med curl',
  ],
  steps: {
    interrupted: {
      title: 'Skolen melder at en elev har sluttet',
      means:
        'Svaret 202 kom etter at meldingen var lagret: fra nå av tåler den at alt annet krasjer. Skolen nevnte ingen mottaker; ungdommens kommune avgjør.',
    },
    otPulls: {
      title: 'OT henter det som er adressert til OT',
      means:
        'OT-enheten for kommunen har meldingen, med hjemmelen stående i den. Skole og OT har samme behandlingsansvarlige her, og loven lar skolen si fra: det blir ikke spurt om samtykke, for det ville villede.',
    },
    otAcknowledges: {
      title: 'OT kvitterer',
      means: 'Skolen ser i sin utboks at meldingen er kommet fram. Den kan ikke falle mellom to stoler.',
    },
    referredWithoutYes: {
      title: 'OT henviser Ronja til Nav uten å ha spurt henne',
      means:
        'Knutepunktet tar imot, og porten vurderer etterpå: Nav er en annen behandlingsansvarlig, og en henvisning krever at hun opphever taushetsplikten.',
    },
    refusalNotice: {
      title: 'Porten sier nei, og OT får vite det',
      means:
        'consent-missing: ingenting gikk til Nav, og innholdet er alt slettet. Beskjeden kommer i OTs egen innboks.',
    },
    consent: {
      title: 'Ronja sier ja, og OT registrerer det',
      means:
        'Hva hun har sagt ja til: hvilke opplysninger, fra hvem, til hvem, til hva, hvor lenge. Det kan trekkes med ett kall.',
    },
    referred: {
      title: 'OT henviser på nytt',
      means:
        'En ny hendelse med ny id. Samme id med samme innhold ville ha gitt den første kvitteringen om igjen.',
    },
    navPulls: {
      title: 'Navs system venter ved innboksen og får henvisningen',
      means:
        'Lest, åpnet og skrevet i loggen i én transaksjon. «withheld» sier hva denne veien ikke fører med seg.',
    },
    navAcknowledges: {
      title: 'Nav kvitterer',
      means: 'Fra nå av er det Nav som skal handle. OT ser tilstanden «acknowledged».',
    },
    navAnswers: {
      title: 'Nav svarer: tatt imot',
      means: 'Et svar navngir det det svarer på, og det må Nav ha mottatt.',
    },
    otReadsAnswer: {
      title: 'OT leser svaret',
      means: 'Hvem som er kontaktperson og når det første møtet er: ingen trenger å ringe rundt.',
    },
    withdrawn: {
      title: 'Ronja trekker samtykket',
      means: 'Når dette er besvart, gir ingen senere lesing ut det som bygde på det.',
    },
    stopped: {
      title: 'En ny henvisning blir stanset',
      means: 'Porten spør etter samtykket når overføringen blir til, og igjen når den leses.',
    },
    trail: {
      title: 'Revisoren ber om sporet etter ungdommen',
      means:
        'Hvert trinn står der, og det gjør også dette søket med sin begrunnelse: den som ser, blir sett.',
    },
    forgotten: {
      title: 'En annen ungdom henvises med samtykke, og Nav gjør ingenting',
      means: 'Overføringen ligger i Navs innboks. Ingen henter den.',
    },
    nightly: {
      title: 'Nattkjøringen, slik den ville vært om to uker',
      means: 'Den sammenligner det som skulle ha skjedd, med det som skjedde. Avtalen sier fem virkedager.',
    },
    discrepancy: {
      title: 'Den har funnet henvisningen som ingen svarte på',
      means:
        'Med en eier og en dag da det skulle ha skjedd, på fylkeskommunens liste til noen sier hva det ble av det.',
    },
  },
};
