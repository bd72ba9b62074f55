import type { Metadata, Viewport } from "next";
import localFont from "next/font/local";
import { cookies } from "next/headers";
import { getLocale } from "next-intl/server";
import type { ReactNode } from "react";
import { FreshPage } from "@/components/shell/fresh-page";
import { isTheme, THEME_COOKIE } from "@/components/shell/theme";
import "./globals.css";

/** Geist, from the package that carries it: nothing is fetched from elsewhere. */
const geist = localFont({
  src: "../node_modules/next/dist/next-devtools/server/font/geist-latin.woff2",
  variable: "--font-geist",
  weight: "100 900",
  display: "swap",
});

export const metadata: Metadata = {
  title: { default: "Kuota", template: "%s · Kuota" },
  description: "Package usage and prepaid balance for WhatsApp and omnichannel messaging.",
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f7f8fa" },
    { media: "(prefers-color-scheme: dark)", color: "#0b0d11" },
  ],
};

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  const [locale, jar] = await Promise.all([getLocale(), cookies()]);
  const theme = jar.get(THEME_COOKIE)?.value;
  return (
    <html
      lang={locale}
      className={geist.variable}
      data-theme={isTheme(theme) ? theme : undefined}
      suppressHydrationWarning
    >
      <body className="min-h-dvh font-sans">
        {children}
        <FreshPage />
      </body>
    </html>
  );
}
