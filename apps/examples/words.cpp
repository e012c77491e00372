/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * C++ with its library: the words of a text by how often they come, and an exception that says
 * what was not found. The text is a file in memory.
 */
#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

static std::map<std::string, int> count_words(const std::string &path)
{
	std::ifstream in(path);
	std::map<std::string, int> counts;
	std::string word;

	if (!in)
		throw std::runtime_error("no file " + path);
	while (in >> word)
		counts[word]++;
	return counts;
}

int main()
{
	std::ofstream("/tmp/text") << "a quire is a gathering of leaves folded from a sheet\n";
	auto counts = count_words("/tmp/text");
	std::vector<std::pair<std::string, int>> order(counts.begin(), counts.end());

	std::stable_sort(order.begin(), order.end(),
		[](const auto &x, const auto &y) { return x.second > y.second; });
	for (const auto &[word, count] : order)
		std::cout << count << ' ' << word << '\n';
	try {
		count_words("/tmp/other");
	} catch (const std::exception &e) {
		std::cout << "caught: " << e.what() << std::endl;
		return 0;
	}
	return 1;
}
