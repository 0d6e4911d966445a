// What loads and probes share of libcurl.
#pragma once

#include <memory>
#include <string>

#include <curl/curl.h>

#include "faults/time.hpp"

namespace firedrill::drills {

/// What is used of libcurl. It is loaded when it is first asked for: it brings thirty libraries along, and they take
/// longer to start than everything else together.
struct Libcurl {
  decltype(&curl_global_init) global_init;
  decltype(&curl_easy_init) easy_init;
  decltype(&curl_easy_cleanup) easy_cleanup;
  decltype(&curl_easy_setopt) easy_setopt;
  decltype(&curl_easy_getinfo) easy_getinfo;
  decltype(&curl_easy_perform) easy_perform;
  decltype(&curl_easy_strerror) easy_strerror;
  decltype(&curl_slist_append) slist_append;
  decltype(&curl_strequal) strequal;
  decltype(&curl_slist_free_all) slist_free_all;
  decltype(&curl_multi_init) multi_init;
  decltype(&curl_multi_cleanup) multi_cleanup;
  decltype(&curl_multi_setopt) multi_setopt;
  decltype(&curl_multi_assign) multi_assign;
  decltype(&curl_multi_add_handle) multi_add_handle;
  decltype(&curl_multi_remove_handle) multi_remove_handle;
  decltype(&curl_multi_info_read) multi_info_read;
  decltype(&curl_multi_perform) multi_perform;
  decltype(&curl_multi_poll) multi_poll;
  decltype(&curl_multi_socket_action) multi_socket_action;
};

/// Any thread. Throws std::runtime_error, which says what to install, when it cannot be loaded.
const Libcurl& curl();

// CURL and CURLM may both be void: each needs a deleter of its own.
struct EasyFree {
  void operator()(CURL* easy) const { curl().easy_cleanup(easy); }
};
struct MultiFree {
  void operator()(CURLM* multi) const { curl().multi_cleanup(multi); }
};
struct HeadersFree {
  void operator()(curl_slist* headers) const { curl().slist_free_all(headers); }
};
using Easy = std::unique_ptr<CURL, EasyFree>;
using Multi = std::unique_ptr<CURLM, MultiFree>;
using Headers = std::unique_ptr<curl_slist, HeadersFree>;

/// Null when out of memory.
Multi make_multi();

/// A handle for GETs of `url` by HTTP/1.1 that go straight there: no proxies from the environment, no redirects, no
/// signals; bodies are dropped. The dial may take at least `patience`. Null when out of descriptors or memory.
Easy plain_get(const std::string& url, faults::Duration patience);

/// The status of the answer, 0 if there was none.
long status(CURL* easy);
/// The system error behind a failure, or 0.
int system_error(CURL* easy);

}  // namespace firedrill::drills
