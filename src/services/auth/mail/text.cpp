#include "services/auth/mail/text.h"

#include <fmt/format.h>

namespace mindspace::auth {

namespace {

struct Template {
    std::string_view language;
    std::string_view subject;
    std::string_view before;  // the link
    std::string_view button;
    std::string_view after;
};

// Indexed by kind.
constexpr Template kEnglish[] = {
    {"en", "Please verify your email address", "Welcome to Mind Space! Please verify that this address is yours:",
     "Verify the address", "The link is valid for 24 hours. If you did not create an account, ignore this mail."},
    {"en", "How to reset your password",
     "Someone, hopefully you, requested a new password for Mind Space:", "Set a new password",
     "The link is valid once, for 30 minutes. If this was not you, ignore this mail: your password remains unchanged."},
    {"en", "Your Mind Space password has been changed",
     "The password of your Mind Space account has just been changed, and other devices have been logged out.", "",
     "If this was not you, request a new password immediately: choose “Forgot password” on the page where you log "
     "in."}};
constexpr Template kGerman[] = {
    {"de", "Bitte bestätige deine E-Mail-Adresse",
     "Willkommen bei Mind Space! Bitte bestätige, dass diese Adresse deine ist:", "Adresse bestätigen",
     "Der Link gilt 24 Stunden. Falls du dich nicht angemeldet hast, beachte diese Mail nicht."},
    {"de", "Neues Passwort für Mind Space",
     "Jemand, hoffentlich du, möchte ein neues Passwort für Mind Space setzen:", "Neues Passwort setzen",
     "Der Link gilt 30 Minuten, einmal. Falls du das nicht warst, beachte diese Mail nicht: dein Passwort bleibt."},
    {"de", "Dein Passwort für Mind Space wurde geändert",
     "Das Passwort deines Kontos bei Mind Space wurde soeben geändert; andere Geräte wurden abgemeldet.", "",
     "Falls du das nicht warst, fordere sofort einen Link für ein neues Passwort an: „Passwort vergessen“ auf der "
     "Anmeldeseite."}};

bool is_german(std::string_view locale) {
    auto language = locale.substr(0, locale.find('-'));
    return language.size() == 2 && (language[0] | 0x20) == 'd' && (language[1] | 0x20) == 'e';
}

}  // namespace

MailText mail_text(MailKind kind, std::string_view locale, std::string_view link) {
    const auto& content = (is_german(locale) ? kGerman : kEnglish)[static_cast<std::size_t>(kind)];
    const auto text_link = link.empty() ? std::string() : fmt::format("{}\n\n", link);
    const auto html_link =
        link.empty() ? std::string() : fmt::format("<p><a href=\"{}\">{}</a></p>\n", link, content.button);
    return {.subject = std::string(content.subject),
            .text = fmt::format("{}\n\n{}{}\n", content.before, text_link, content.after),
            .html = fmt::format("<!doctype html>\n<html lang=\"{}\">\n<body style=\"font-family:sans-serif\">\n"
                                "<p>{}</p>\n{}<p>{}</p>\n</body>\n</html>\n",
                                content.language, content.before, html_link, content.after)};
}

}  // namespace mindspace::auth
