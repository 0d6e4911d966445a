// Every kind of one contract with every one of its examples: the cases that laws are tried on.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "faults/catalog.hpp"

namespace firedrill::faults {

struct LawCase {
  const Kind* kind;
  std::string settings;
  std::size_t example;

  /// Whether these settings leave something to chance. A kind not named here that draws fails the law, and is then
  /// added.
  bool draws() const {
    if (kind->bytes == Kind::Bytes::altered) return true;  // how a byte is altered is drawn
    for (const char* key : {"jitter=", "distribution=", "variation=", "leak=", "enter=", "p50=", "loss="})
      if (settings.find(key) != std::string::npos) return true;
    return settings.find("chance=") != std::string::npos && settings.find("chance=0%") == std::string::npos &&
           settings.find("chance=100%") == std::string::npos;
  }
};

inline std::vector<LawCase> law_cases(Kind::Contract contract) {
  std::vector<LawCase> cases;
  for (const Kind* kind : catalog) {
    if (kind->contract != contract) continue;
    for (std::size_t i = 0; i < kind->examples.size(); ++i) cases.push_back({kind, std::string{kind->examples[i]}, i});
  }
  return cases;
}

inline std::string case_name(const ::testing::TestParamInfo<LawCase>& info) {
  return std::string{info.param.kind->name} + std::to_string(info.param.example);
}
inline void PrintTo(const LawCase& law_case, std::ostream* out) {
  *out << law_case.kind->name << " " << law_case.settings;
}

}  // namespace firedrill::faults
