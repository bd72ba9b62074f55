"use client";

import { RotateCw } from "lucide-react";
import { useEffect, useState } from "react";
import { MessagePage } from "@/components/shell/message-page";
import { Button } from "@/components/ui/button";

// An error page must stand when messages cannot be loaded: it carries its own words.
const WORDS = {
  en: {
    title: "Something went wrong on our side",
    text: "Nothing was lost or charged twice. Try again in a moment; if it stays, tell support this number:",
    retry: "Try again",
  },
  id: {
    title: "Terjadi kesalahan di pihak kami",
    text: "Tidak ada yang hilang atau tertagih dua kali. Coba lagi sebentar lagi; jika berlanjut, sampaikan nomor ini ke dukungan:",
    retry: "Coba lagi",
  },
};

export default function ErrorPage({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  const [words, setWords] = useState(WORDS.en);
  useEffect(() => setWords(document.documentElement.lang === "id" ? WORDS.id : WORDS.en), []);
  const digest = error instanceof Error && "digest" in error ? String(error.digest) : "";
  return (
    <MessagePage code="500" title={words.title} text={`${words.text} ${digest}`}>
      <Button look="solid" icon={<RotateCw aria-hidden />} onClick={() => retry()}>
        {words.retry}
      </Button>
    </MessagePage>
  );
}
