/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* C++ with its whole library: exceptions, streams, containers, threads. */
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <stdio.h>

extern "C" {
#include "test.h"
}

static int destroyed;

struct counted {
	~counted()
	{
		destroyed++;
	}
};

static __attribute__((noinline)) void throw_from(int depth)
{
	counted here;

	if (depth == 0)
		throw std::runtime_error("deep");
	throw_from(depth - 1);
	__asm__ volatile("");
}

TEST(cxx, exceptions_unwind_through_frames_and_destroy_what_was_there)
{
	std::string text;

	destroyed = 0;
	try {
		throw_from(20);
	} catch (const std::exception &e) {
		text = e.what();
	}
	EXPECT_TEXT(text.c_str(), "deep");
	EXPECT_EQ(destroyed, 21);
}

TEST(cxx, exceptions_can_be_caught_by_type_and_thrown_on)
{
	int caught = 0;

	try {
		try {
			throw std::out_of_range("x");
		} catch (const std::logic_error &) {
			caught |= 1;
			throw;
		}
	} catch (const std::out_of_range &) {
		caught |= 2;
	}
	try {
		throw 42;
	} catch (int number) {
		caught |= number == 42 ? 4 : 0;
	}
	try {
		std::vector<int> v(3);

		v.at(7) = 1;
	} catch (...) {
		caught |= 8;
	}
	EXPECT_EQ(caught, 15);
}

TEST(cxx, no_memory_is_bad_alloc)
{
	volatile size_t huge = size_t(1) << 50;
	bool bad = false;

	try {
		char *volatile got = new char[huge]; /* or the compiler leaves both out */

		delete[] got;
	} catch (const std::bad_alloc &) {
		bad = true;
	}
	EXPECT(bad);
	EXPECT(new (std::nothrow) char[huge] == nullptr);
}

TEST(cxx, streams_format_and_parse)
{
	std::ostringstream out;
	std::istringstream in("12 3.5 word");
	std::string word;
	double number = 0;
	int whole = 0;

	out << 1 << ' ' << 2.5 << ' ' << std::hex << 255 << ' ' << std::boolalpha << true;
	EXPECT_TEXT(out.str().c_str(), "1 2.5 ff true");
	in >> whole >> number >> word;
	EXPECT_EQ(whole, 12);
	EXPECT(number == 3.5);
	EXPECT_TEXT(word.c_str(), "word");
	std::cout << "# from cout" << std::endl;
	EXPECT(std::cout.good());
}

TEST(cxx, file_streams_and_filesystem)
{
	namespace fs = std::filesystem;
	std::string line;

	fs::create_directories("/tmp/a/b");
	std::ofstream("/tmp/a/b/file") << "first\nsecond\n";
	EXPECT_EQ(fs::file_size("/tmp/a/b/file"), 13);
	std::ifstream in("/tmp/a/b/file");
	EXPECT(std::getline(in, line) && std::getline(in, line));
	EXPECT_TEXT(line.c_str(), "second");
	in.close();
	int entries = 0;
	for (const auto &entry : fs::recursive_directory_iterator("/tmp/a"))
		entries += entry.path().has_filename();
	EXPECT_EQ(entries, 2);
	EXPECT_EQ(fs::remove_all("/tmp/a"), 3);
	EXPECT(!fs::exists("/tmp/a"));
}

TEST(cxx, containers_and_algorithms)
{
	std::map<std::string, std::unique_ptr<int>> map;
	std::vector<int> v(100);

	for (int i = 0; i < 100; i++)
		map[std::to_string(i)] = std::make_unique<int>(i);
	EXPECT_EQ(*map.at("77"), 77);
	std::iota(v.begin(), v.end(), 0);
	std::reverse(v.begin(), v.end());
	std::sort(v.begin(), v.end());
	EXPECT(std::is_sorted(v.begin(), v.end()));
	EXPECT(std::regex_match("quire-0.1", std::regex("[a-z]+-\\d+\\.\\d+")));
}

/* Threads' objects are kept for the next ones: made before the first test looks. */
__attribute__((constructor)) static void make_threads()
{
	std::vector<std::thread> threads;
	std::atomic<int> there{0};

	for (int i = 0; i < 4; i++)
		threads.emplace_back([&] {
			there++;
			while (there < 4)
				std::this_thread::yield();
		});
	for (auto &thread : threads)
		thread.join();
}

static thread_local int own = 3;

TEST(cxx, threads_share_by_mutex_and_wait_by_condition)
{
	std::condition_variable condition;
	std::vector<std::thread> threads;
	std::mutex mutex;
	int sum = 0;

	for (int i = 0; i < 4; i++)
		threads.emplace_back([&, i] {
			own += i;
			std::lock_guard<std::mutex> lock(mutex);
			sum += own;
			condition.notify_one();
		});
	{
		std::unique_lock<std::mutex> lock(mutex);
		condition.wait(lock, [&] { return sum == 3 * 4 + 6; });
	}
	for (auto &thread : threads)
		thread.join();
	EXPECT_EQ(own, 3);
	std::unique_lock<std::mutex> lock(mutex);
	EXPECT(condition.wait_for(lock, std::chrono::milliseconds(5)) == std::cv_status::timeout);
}

TEST(cxx, futures_carry_results_and_exceptions)
{
	auto good = std::async(std::launch::async, [] { return 6 * 7; });
	auto bad = std::async(std::launch::async, []() -> int { throw std::domain_error("no"); });
	bool thrown = false;

	EXPECT_EQ(good.get(), 42);
	try {
		bad.get();
	} catch (const std::domain_error &) {
		thrown = true;
	}
	EXPECT(thrown);
}

TEST(cxx, a_call_that_throws_was_not_the_one)
{
	std::once_flag flag;
	int calls = 0;

	for (int i = 0; i < 3; i++)
		try {
			std::call_once(flag, [&] {
				if (++calls == 1)
					throw std::runtime_error("not yet");
			});
			EXPECT(calls == 2);
		} catch (const std::runtime_error &error) {
			EXPECT(calls == 1);
		}
	EXPECT_EQ(calls, 2);
}

static std::atomic<int> attempts, thrown_attempts;

struct slow {
	slow()
	{
		std::this_thread::sleep_for(std::chrono::milliseconds(2));
		if (attempts++ == 0)
			throw std::runtime_error("the first");
	}
};

static void use_the_only_one()
{
	try {
		static slow only;
	} catch (const std::runtime_error &error) {
		thrown_attempts++;
	}
}

TEST(cxx, a_static_is_made_once_for_all_threads)
{
	std::vector<std::thread> threads;

	for (int i = 0; i < 4; i++)
		threads.emplace_back(use_the_only_one);
	for (auto &thread : threads)
		thread.join();
	EXPECT_EQ(attempts.load(), 2);
	EXPECT_EQ(thrown_attempts.load(), 1);
}

static thread_local counted of_each_thread;

TEST(cxx, what_is_a_threads_own_goes_with_it)
{
	int before = destroyed;

	for (int i = 0; i < 3; i++)
		std::thread([] { (void)&of_each_thread; }).join();
	EXPECT_EQ(destroyed - before, 3);
}

TEST(cxx, clocks_go_on)
{
	auto before = std::chrono::steady_clock::now();

	std::this_thread::sleep_for(std::chrono::milliseconds(3));
	EXPECT(std::chrono::steady_clock::now() - before >= std::chrono::milliseconds(3));
}
