/** Dark, light, or as the system has it: what somebody has chosen stays for the next time. */

const THEMES = ['auto', 'dark', 'light'] as const;
type Theme = (typeof THEMES)[number];

const KEY = 'fauxkube-theme';

export function theme(): Theme {
  const kept = localStorage.getItem(KEY);
  return THEMES.find((known) => known === kept) ?? 'auto';
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme();
}

export function nextTheme(): void {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length] ?? 'auto';
  localStorage.setItem(KEY, next);
  applyTheme();
}
