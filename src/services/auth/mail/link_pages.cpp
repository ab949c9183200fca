#include "services/auth/mail/link_pages.h"

#include "platform/base/bytes.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

namespace mindspace::auth {

namespace {

constexpr std::string_view kStyle = R"(
body{font:1.1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:15vh auto;padding:0 1.5rem;color:#1d2b36;background:#f6f8f9}
label,input,button{display:block;width:100%;box-sizing:border-box;font:inherit}
input,button{margin-top:.4rem;padding:.6rem .8rem;border:1px solid #8aa0ae;border-radius:.5rem}
button{margin-top:1rem;border:0;background:#1f6f6b;color:#fff;cursor:pointer}
button:disabled{opacity:.5}
@media(prefers-color-scheme:dark){body{color:#e4ebef;background:#12191e}input{color:inherit;background:#1d2830}}
)";

// Calls are relative, so that the pages also work below a path. The token is removed from the address bar immediately.
constexpr std::string_view kScript = R"js(
'use strict';
const texts = {
  en: {verifyTitle: 'Verify your email address', verify: 'Verify', verified: 'Thank you, your address is verified.',
    resetTitle: 'Choose a new password', password: 'New password (at least 8 characters)', reset: 'Set password',
    changed: 'Your new password is set. You can log in with it now.',
    invalid: 'This link is no longer valid. Please request a new one.',
    breached: 'This is one of the most common passwords. Please choose another one.',
    unfit: 'A password must have 8 to 128 characters.', failed: 'Something went wrong. Please try again in a moment.'},
  de: {verifyTitle: 'Bestätige deine E-Mail-Adresse', verify: 'Bestätigen',
    verified: 'Danke, deine Adresse ist bestätigt.', resetTitle: 'Wähle ein neues Passwort',
    password: 'Neues Passwort (mindestens 8 Zeichen)', reset: 'Passwort setzen',
    changed: 'Dein neues Passwort gilt. Du kannst dich jetzt damit anmelden.',
    invalid: 'Dieser Link gilt nicht mehr. Bitte fordere einen neuen an.',
    breached: 'Das ist eines der häufigsten Passwörter. Bitte wähle ein anderes.',
    unfit: 'Ein Passwort hat 8 bis 128 Zeichen.', failed: 'Das hat nicht geklappt. Bitte versuche es gleich noch einmal.'},
};
const language = navigator.language.startsWith('de') ? 'de' : 'en';
const text = texts[language];
document.documentElement.lang = language;
for (const element of document.querySelectorAll('[data-text]')) element.textContent = text[element.dataset.text];
document.title = document.querySelector('h1').textContent;
const form = document.querySelector('form');
const button = form.querySelector('button');
const input = form.querySelector('input');
const status = document.querySelector('[role=status]');
const token = new URLSearchParams(location.search).get('token');
history.replaceState(null, '', location.pathname);
form.hidden = !token;
if (!token) status.textContent = text.invalid;
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  button.disabled = true;
  const body = input ? {token, newPassword: input.value} : {token};
  try {
    const response = await fetch(form.dataset.call, {
      method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
    if (response.status === 204) {
      form.hidden = true;
      status.textContent = text[form.dataset.done];
      return;
    }
    const codes = {invalid_token: text.invalid, password_breached: text.breached, validation_failed: text.unfit};
    status.textContent = codes[(await response.json()).code] || text.failed;
  } catch {
    status.textContent = text.failed;
  }
  button.disabled = false;
});
)js";

constexpr std::string_view kVerifyForm =
    R"(<h1 data-text="verifyTitle">Verify your email address</h1>
<form data-call="api/v1/auth/email/verify" data-done="verified">
<button data-text="verify">Verify</button>)";

constexpr std::string_view kResetForm =
    R"(<h1 data-text="resetTitle">Choose a new password</h1>
<form data-call="api/v1/auth/password/reset" data-done="changed">
<label for="password" data-text="password">New password</label>
<input id="password" type="password" autocomplete="new-password" minlength="8" maxlength="256" required autofocus>
<button data-text="reset">Set password</button>)";

std::string make_page(std::string_view form) {
    return fmt::format(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Mind Space</title>\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<style>{}</style>\n"
        "<main>\n{}\n</form>\n<p role=\"status\"></p>\n<noscript>This page needs JavaScript.</noscript>\n</main>\n"
        "<script>{}</script>\n</html>\n",
        kStyle, form, kScript);
}

// A source expression of the Content Security Policy (level 3, section 2.3.1).
std::string hash_source(std::string_view text) {
    auto digest = sha256(as_bytes(text));
    std::array<char, sodium_base64_ENCODED_LEN(sizeof digest, sodium_base64_VARIANT_ORIGINAL)> base64{};
    sodium_bin2base64(base64.data(), base64.size(), digest.data(), digest.size(), sodium_base64_VARIANT_ORIGINAL);
    return fmt::format("'sha256-{}'", base64.data());
}

}  // namespace

Awaitable<Result<http::Response>> link_page(MailKind kind) {
    static const std::string verify_page = make_page(kVerifyForm);
    static const std::string reset_page = make_page(kResetForm);
    static const std::string policy = fmt::format(
        "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
        hash_source(kScript), hash_source(kStyle));
    http::Response response{.content_type = "text/html; charset=utf-8",
                            .body = kind == MailKind::email_verification ? verify_page : reset_page};
    response.headers.emplace_back("Content-Security-Policy", policy);
    co_return response;
}

}  // namespace mindspace::auth
