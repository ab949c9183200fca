#pragma once
// libcurl's handles and lists with owners.

#include <curl/curl.h>

#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <tuple>

namespace mindspace {

struct FreeCurl {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlHandle = std::unique_ptr<CURL, FreeCurl>;
using CurlList = std::unique_ptr<curl_slist, FreeCurl>;

// Initialises libcurl for the process; cheap after the first call. Throws std::runtime_error.
inline void initialise_curl() {
    static const CURLcode kResult = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (kResult != CURLE_OK) throw std::runtime_error("libcurl cannot be initialised");
}

// A handle that is owned by one thread at a time. Throws std::runtime_error and std::bad_alloc.
inline CurlHandle make_curl_handle() {
    initialise_curl();
    CurlHandle handle(curl_easy_init());
    if (!handle) throw std::bad_alloc();
    return handle;
}

// Appends a copy of `line`. Throws std::bad_alloc.
inline void append(CurlList& list, const std::string& line) {
    auto* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    std::ignore = list.release();  // now part of the longer one
    list.reset(longer);
}

}  // namespace mindspace
