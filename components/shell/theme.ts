/** Holds the theme that somebody chose; without it the system's choice holds. */
export const THEME_COOKIE = "kuota_theme";

export const THEMES = ["light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
export type ThemeChoiceName = Theme | "system";

export function isTheme(text: unknown): text is Theme {
  return THEMES.includes(text as Theme);
}
