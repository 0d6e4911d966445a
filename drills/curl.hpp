// What loads and probes share of libcurl.
#pragma once

#include <memory>
#include <string>

#include <curl/curl.h>

#include "faults/time.hpp"

namespace firedrill::drills {

// CURL and CURLM may both be void: each needs a deleter of its own.
struct EasyFree {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiFree {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct HeadersFree {
  void operator()(curl_slist* headers) const { curl_slist_free_all(headers); }
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
