// What every kind has, and that the documentation lists the kinds there are.
#include "faults/catalog.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <sstream>

#include "faults/plan.hpp"
#include "law_cases.hpp"
#include "places.hpp"
#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

class Catalog : public ::testing::TestWithParam<const Kind*> {};

TEST_P(Catalog, HasANameAndASummary) {
  EXPECT_THAT(std::string{GetParam()->name}, ::testing::MatchesRegex("[a-z][a-z_]*"));
  EXPECT_FALSE(GetParam()->summary.empty());
  EXPECT_EQ(GetParam()->summary.find('\n'), std::string_view::npos);
  EXPECT_LE(GetParam()->summary.size(), 100U);
}

TEST_P(Catalog, IsFoundByItsName) { EXPECT_EQ(find_kind(GetParam()->name), GetParam()); }

TEST_P(Catalog, IsMadeInTheOneWayOfItsContract) {
  EXPECT_EQ(GetParam()->make_stream != nullptr, GetParam()->contract == Kind::Contract::stream);
  EXPECT_EQ(GetParam()->make_link != nullptr, GetParam()->contract == Kind::Contract::link);
  EXPECT_EQ(GetParam()->make_gate != nullptr, GetParam()->contract == Kind::Contract::gate);
}

TEST_P(Catalog, HasExamplesThatWork) {
  EXPECT_FALSE(GetParam()->examples.empty());
  std::set<std::string_view> different;
  for (const std::string_view example : GetParam()->examples) {
    EXPECT_NO_THROW(make_fault("f", GetParam()->name, example)) << example;
    EXPECT_TRUE(different.insert(example).second) << example;
  }
}

// The digest of a run is made of this: it has to tell other settings and other draws apart, or it proves nothing.
TEST_P(Catalog, HasAFateThatFollowsSeedAndSettingsWhereItDraws) {
  const Kind& kind = *GetParam();
  if (kind.fate == nullptr) {
    for (const std::string_view example : kind.examples)
      EXPECT_FALSE((LawCase{&kind, std::string{example}, 0}.draws()));
    return;
  }
  const auto fates = [&](std::string_view settings, Seed seed) {
    const auto fault = make_fault("f", kind.name, settings);
    std::vector<std::uint64_t> all;
    for (std::uint64_t link = 1; link <= 200; ++link)
      all.push_back(kind.fate(*fault->settings, {seed, "f", *fault->effects}, link_facts(link, seed)));
    return all;
  };

  std::size_t that_draw = 0;
  for (std::size_t i = 0; i < kind.examples.size(); ++i) {
    const std::string settings{kind.examples[i]};
    EXPECT_EQ(fates(settings, Seed{1}), fates(settings, Seed{1}));
    if (!LawCase{&kind, settings, i}.draws() || settings.find("offsets=") != std::string::npos ||
        settings.find("chance=100%") != std::string::npos)
      continue;
    ++that_draw;
    EXPECT_NE(fates(settings, Seed{1}), fates(settings, Seed{2})) << settings;
    for (std::size_t other = 0; other < i; ++other)
      EXPECT_NE(fates(settings, Seed{1}), fates(std::string{kind.examples[other]}, Seed{1})) << settings;
  }
  EXPECT_GT(that_draw, 0U);
}

TEST_P(Catalog, RefusesAnUnknownKey) {
  const std::string settings = std::string{GetParam()->examples[0]} + " colour=red";

  EXPECT_THROW(make_fault("f", GetParam()->name, settings), PlanError);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Catalog, ::testing::ValuesIn(catalog),
                         [](const auto& kind) { return std::string{kind.param->name}; });

TEST(CatalogNames, AreDifferent) {
  std::set<std::string_view> names;
  for (const Kind* kind : catalog) EXPECT_TRUE(names.insert(kind->name).second) << kind->name;
}

TEST(CatalogNames, AnUnknownNameIsNoKind) {
  EXPECT_EQ(find_kind("nothing"), nullptr);
  EXPECT_EQ(find_kind(""), nullptr);
}

// docs/faults.md: a table row "| `name` | ..." and a section "## `name`" for each kind, and for nothing else.
TEST(CatalogDocumentation, ListsTheKindsThereAre) {
  std::ifstream file{FIREDRILL_SOURCE_DIR "/docs/faults.md"};
  ASSERT_TRUE(file);
  std::multiset<std::string> rows, sections, kinds;
  bool in_overview = true;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) in_overview = false;
    if (in_overview && line.starts_with("| `")) rows.insert(line.substr(3, line.find('`', 3) - 3));
    if (line.starts_with("## `")) sections.insert(line.substr(4, line.find('`', 4) - 4));
  }
  for (const Kind* kind : catalog) kinds.emplace(kind->name);

  EXPECT_EQ(rows, kinds);
  EXPECT_EQ(sections, kinds);
}

// Every key that a kind reads is in its section: the reader is asked by giving it a key that nobody knows.
TEST(CatalogDocumentation, NamesEveryKeyOfEveryKind) {
  std::ifstream file{FIREDRILL_SOURCE_DIR "/docs/faults.md"};
  std::stringstream text;
  text << file.rdbuf();
  const std::string page = text.str();

  for (const Kind* kind : catalog) {
    const std::size_t begin = page.find("## `" + std::string{kind->name} + "`");
    ASSERT_NE(begin, std::string::npos);
    const std::string section = page.substr(begin, page.find("\n## ", begin + 1) - begin);
    const Value table = parse_inline("qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq=1");
    Problems problems;
    Reader keys{table, "f", problems};
    (void)kind->read(keys);
    keys.finish();
    std::string known = problems.back().text;
    const std::size_t list = known.find("known keys: ");
    if (list == std::string::npos) continue;  // none
    std::stringstream words{known.substr(list + 12)};
    for (std::string key; std::getline(words >> std::ws, key, ',');)
      EXPECT_NE(section.find('`' + key + '`'), std::string::npos) << kind->name << ": " << key;
  }
}

}  // namespace
}  // namespace firedrill::faults
