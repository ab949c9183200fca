#include "platform/postgres/values/params.h"

namespace mindspace::postgres {

void Params::close_value(Oid type, std::size_t start) {
    if (bytes_.size() > kMaxBytes) throw std::length_error("postgres: the parameters exceed 1 GiB");
    types_.push_back(type);
    lengths_.push_back(static_cast<int>(bytes_.size() - start));
}

}  // namespace mindspace::postgres
