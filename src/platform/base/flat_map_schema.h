#pragma once
// The schema of a map with free keys that is kept in a row, for answers with thousands of small ones: what schema.h
// says of std::map, without a node for each member.

#include "platform/base/schema.h"

#include <boost/container/flat_map.hpp>

namespace mindspace::schema {

template <class T>
struct Type<boost::container::flat_map<std::string, T>> {
    static void write(JsonWriter& out, const boost::container::flat_map<std::string, T>& members) {
        out.begin_object();
        for (const auto& [name, value] : members) {
            out.key(name);
            Type<T>::write(out, value);
        }
        out.end_object();
    }
    static void describe(JsonWriter& out, const Rules& rules, Components& all) {
        Type<std::map<std::string, T>>::describe(out, rules, all);
    }
};

}  // namespace mindspace::schema
