#pragma once
// Where mails leave the program. Blocking: called on a worker thread, several at once.

#include "platform/mail/message.h"

#include <stdexcept>

namespace mindspace::mail {

// The mail did not go out; a later attempt may succeed. Says why, without secrets.
class SendError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Sender {
public:
    virtual ~Sender() = default;

    // Returns once the mail is in somebody else's keeping. Throws SendError.
    virtual void send(const Message& message) = 0;
    // Removes sent mails that have served their time, where the sender keeps any; returns how many. To be called every
    // hour or so.
    virtual std::size_t tidy(Timestamp) { return 0; }
    // Makes every send(), those under way included, end soon with SendError. From any thread; final.
    virtual void stop() = 0;
};

}  // namespace mindspace::mail
