#pragma once
// A bounded map that evicts the least recently used entry. Belongs to one core: no lock.

#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

namespace mindspace {

namespace detail {

// Looks up strings by views, without a copy.
struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

}  // namespace detail

template <class Key, class Value>
class LruCache {
public:
    explicit LruCache(std::size_t capacity) : capacity_(capacity) {}

    // Null if absent. Valid until the next insert or erase.
    template <class K>
    const Value* find(const K& key) {
        auto entry = index_.find(key);
        if (entry == index_.end()) return nullptr;
        order_.splice(order_.begin(), order_, entry->second.place);
        return &entry->second.value;
    }

    // Replaces an existing value.
    void insert(Key key, Value value) {
        auto [entry, added] = index_.try_emplace(std::move(key));
        entry->second.value = std::move(value);
        if (!added) return order_.splice(order_.begin(), order_, entry->second.place);
        order_.push_front(&entry->first);
        entry->second.place = order_.begin();
        if (index_.size() > capacity_) erase_oldest();
    }

    void erase(const Key& key) {
        auto entry = index_.find(key);
        if (entry == index_.end()) return;
        order_.erase(entry->second.place);
        index_.erase(entry);
    }

    void clear() {
        index_.clear();
        order_.clear();
    }

    [[nodiscard]] std::size_t size() const { return index_.size(); }

private:
    using Order = std::list<const Key*>;  // the keys of index_, most recently used first
    struct Entry {
        Value value{};
        typename Order::iterator place{};
    };
    static constexpr bool kIsString = std::is_same_v<Key, std::string>;
    using Index = std::unordered_map<Key, Entry, std::conditional_t<kIsString, detail::StringHash, std::hash<Key>>,
                                     std::equal_to<>>;

    void erase_oldest() {
        index_.erase(index_.find(*order_.back()));
        order_.pop_back();
    }

    std::size_t capacity_;
    Order order_;
    Index index_;
};

}  // namespace mindspace
