import type { Draw } from './draw.js';

export interface Mentioned {
  draw: Draw;
  fullName: string;
  phone: string;
  email: string;
}

/** What people write to each other: in French or Arabic, with names, numbers and addresses in the middle of sentences. */
export function messageText({ draw, fullName, phone, email }: Mentioned): string {
  const written = draw.pick(TEMPLATES)({ name: fullName, phone, email, hour: draw.between(8, 22) });
  return draw.chance(0.2) ? `${written}\n${draw.pick(CLOSINGS)}` : written;
}

type Template = (words: { name: string; phone: string; email: string; hour: number }) => string;

const TEMPLATES: Template[] = [
  ({ name, phone }) => `Bonjour, c'est ${name}. Vous pouvez me joindre au ${phone} à partir de demain ?`,
  ({ name, hour }) => `${name} arrive vers ${hour}h, merci de préparer les clés ; l'ascenseur est en panne.`,
  ({ email }) => `Envoyez la facture à ${email} s'il vous plaît.`,
  ({ name, phone }) => `السلام عليكم، أنا ${name}، رقمي هو ${phone}`,
  ({ name, hour }) => `شكرا ${name}، نصل على الساعة ${hour} إن شاء الله`,
  ({ hour }) => `Le check-in est possible dès ${hour}h. Le code wifi est sur la table 😊`,
  () => "D'accord, c'est noté.",
  ({ phone, email }) => `Mon nouveau numéro : ${phone.replace(/(..)(?=.)/g, '$1 ')} (mail : ${email})`,
  ({ name }) => `J'ai laissé "le double" chez ${name}, C:\\clés\\loft.txt`,
];

const CLOSINGS = ['Cordialement', 'Bonne journée !', 'مع تحياتي', 'À très vite'];

/** Some paragraphs about a loft; many of them make a value that PostgreSQL stores out of line. */
export function longDescription({
  draw,
  fullName,
  phone,
  paragraphs,
}: Omit<Mentioned, 'email'> & { paragraphs: number }): string {
  const written = [`Proposé par ${fullName} (${phone}).`];
  for (let at = 0; at < paragraphs; at++)
    written.push(`${draw.pick(SENTENCES)} ${draw.pick(SENTENCES)} ${draw.pick(SENTENCES)}`);
  return written.join('\n\n');
}

const SENTENCES = [
  'Grand séjour lumineux avec vue dégagée sur la baie.',
  "À cinq minutes à pied du tramway et de l'université.",
  "Cuisine équipée, eau chaude et chauffage central ; groupe électrogène dans l'immeuble.",
  'شقة هادئة قريبة من البحر ومن جميع المرافق.',
  "Le gardien est présent jour et nuit et s'occupe des bagages.",
  'Les animaux ne sont pas acceptés, les enfants sont les bienvenus.',
  'Terrasse privée, idéale pour les soirées de ramadan.',
  'Stationnement gratuit dans la cour, hauteur limitée à 1,90 m.',
];
