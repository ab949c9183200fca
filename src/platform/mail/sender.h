#pragma once
// The interface that sends mails. Blocking: called on worker threads, several at the same time.

#include "platform/mail/message.h"

#include <stdexcept>

namespace mindspace::mail {

// The mail was not sent; a later attempt may succeed. The text is the reason, without secrets.
class SendError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Sender {
public:
    virtual ~Sender() = default;

    // Returns once the server or the file system has accepted the mail. Throws SendError.
    virtual void send(const Message& message) = 0;
    // Removes sent mails whose retention period has ended, if the sender keeps any; returns how many. Called about
    // every hour.
    virtual std::size_t clean_up(Timestamp) { return 0; }
    // Makes every send(), including those in progress, end soon with SendError. May be called from any thread; cannot
    // be undone.
    virtual void stop() = 0;
};

}  // namespace mindspace::mail
