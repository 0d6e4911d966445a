// Requests to routers without a port, and what all answers have to be: as control/openapi.json says.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "control/json.hpp"
#include "control/native.hpp"
#include "places.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace firedrill::control {

class Api : public testing::Test {
 protected:
  /// A text in single quotes is JSON in double ones. Of a stream of events the body is what there is so far.
  Response answer(const std::string& method, const std::string& target, std::string body = "", Headers headers = {}) {
    for (char& c : body)
      if (c == '\'') c = '"';
    headers.emplace_back("From", "ada@laptop");
    Response response =
        router_.route({method, target, std::move(headers), body, "127.0.0.1:5000"}, Access::unguarded());
    if (response.feed) response.body += response.feed();
    location_.clear();
    for (const auto& [name, value] : response.headers)
      if (name == "Location") location_ = value;
    answers_ += text_of({{"method", method},
                         {"target", target},
                         {"status", response.status},
                         {"type", response.type},
                         {"body", response.body}});
    return response;
  }
  /// The body; what is no JSON comes as a text.
  Json ask(unsigned status, const std::string& method, const std::string& target, const std::string& body = "",
           const Headers& headers = {}) {
    const Response response = answer(method, target, body, headers);
    EXPECT_EQ(response.status, status) << method << " " << target << " " << body << "\n" << response.body;
    if (response.body.empty()) return nullptr;
    return response.type.ends_with("json") ? Json::parse(response.body) : Json(response.body);
  }
  static std::string pointers(const Json& problem) {
    std::string all;
    for (const Json& error : problem.at("errors")) all += error.value("pointer", "-") + " ";
    return all;
  }
  /// Every answer so far is as documented, and every operation was asked whose path fits `paths`.
  void expect_contract(const std::string& paths) const {
    const tests::TemporaryDirectory directory;
    directory.write("answers.jsonl", answers_);
    directory.write("openapi.json", std::string{openapi()});
    const auto judged = tests::run({"python3", FIREDRILL_SOURCE_DIR "/tests/control/contract.py",
                                    directory / "openapi.json", directory / "answers.jsonl", paths});
    EXPECT_EQ(judged.code, 0) << judged.output;
  }

  Registry registry_{{1, faults::Seed{7}, {}}};
  Router router_;
  std::string answers_, location_;
};

}  // namespace firedrill::control
