#include "platform/async/cancellation.h"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace mindspace {

bool is_cancellation(const std::exception& fault) {
    const auto* error = dynamic_cast<const boost::system::system_error*>(&fault);
    return error != nullptr && error->code() == boost::asio::error::operation_aborted;
}

std::exception_ptr make_cancellation() {
    return std::make_exception_ptr(boost::system::system_error(boost::asio::error::operation_aborted));
}

bool is_cancellation(const std::exception_ptr& fault) {
    if (!fault) return false;
    try {
        std::rethrow_exception(fault);
    } catch (const std::exception& thrown) {
        return is_cancellation(thrown);
    } catch (...) {
        return false;
    }
}

}  // namespace mindspace
