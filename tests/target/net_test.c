/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A network card with QEMU's user network behind it: 10.0.2.0/24, the host at 10.0.2.2, which
 * answers ARP, pings and DHCP (RFC 826, 792, 2131).
 */
#include "libsys/clock.h"
#include "libsys/drivers/virtio_net.h"
#include "libsys/notification.h"
#include "libsys/timer.h"
#include "objects.h"

enum {
	BIT = 1 << 7,
	DMA_BITS = 18,
	ETHERNET = 14,
	ARP = 0x0806,
	IPV4 = 0x0800,
	ICMP = 1,
	UDP = 17,
	IP_HEADER = 20,
	DHCP_SIZE = 300, /* as BOOTP has it, at the least */
	PINGS = 300,
	OWN = 0x0a00020f, /* 10.0.2.15, the first that it gives */
	HOST = 0x0a000202,
};

#define SURELY UINT64_C(20000000000)

static struct virtio_net net;
static struct dma_pool memory;
static cptr_t notification, badged, timer;
static uint8_t host_address[NET_ADDRESS];
static uint8_t frame[NET_FRAME_MAX];

static void set_up(void)
{
	notification = make(OBJECT_NOTIFICATION, 0);
	timer = make(OBJECT_TIMER, 0);
	badged = make_slot();
	EXPECT_EQ(cap_mint(badged, notification, RIGHTS_ALL, BIT), ST_OK);
	EXPECT_EQ(timer_bind(timer, notification), ST_OK);
	REQUIRE(dma_pool_create(0, DMA_BITS, &memory) == ST_OK);
	REQUIRE(virtio_net_open(virtio_find(VIRTIO_NET, 0), &memory, badged, &net) == ST_OK);
}

static void tear_down(void)
{
	virtio_net_close(&net);
	dma_pool_delete(&memory);
	drop(badged);
	drop(timer);
	drop(notification);
}

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

static unsigned get16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

/* The Internet check sum; `size` is even. */
static unsigned check_sum(const uint8_t *at, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i += 2)
		sum += get16(at + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

static void put_ethernet(const uint8_t *to, unsigned type)
{
	memcpy(frame, to, NET_ADDRESS);
	memcpy(frame + NET_ADDRESS, net.address, NET_ADDRESS);
	put16(frame + 12, type);
}

/* The next frame of that kind; what else comes is passed over. -1: none came. */
static int64_t receive(unsigned type)
{
	uint64_t deadline = clock_ns() + SURELY;
	word_t bits;

	for (;;) {
		int64_t size = virtio_net_receive(&net, frame, sizeof(frame));

		if (size >= ETHERNET && get16(frame + 12) == type)
			return size;
		if (size != ST_SHOULD_WAIT)
			continue;
		if (notification_wait_until(notification, timer, deadline, &bits) != ST_OK)
			return -1;
		virtio_net_interrupt(&net);
	}
}

static void ask_who_has(uint32_t address)
{
	static const uint8_t all[NET_ADDRESS] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	uint8_t *arp = frame + ETHERNET;

	memset(frame, 0, 60);
	put_ethernet(all, ARP);
	put16(arp, 1); /* Ethernet */
	put16(arp + 2, IPV4);
	arp[4] = NET_ADDRESS;
	arp[5] = 4;
	put16(arp + 6, 1); /* a question */
	memcpy(arp + 8, net.address, NET_ADDRESS);
	put32(arp + 14, OWN);
	put32(arp + 24, address);
	EXPECT_EQ(virtio_net_send(&net, frame, 60), ST_OK);
}

static void find_host(void)
{
	const uint8_t *arp = frame + ETHERNET;

	ask_who_has(HOST);
	do
		REQUIRE(receive(ARP) >= ETHERNET + 28);
	while (get16(arp + 6) != 2 || get32(arp + 14) != HOST);
	memcpy(host_address, arp + 8, NET_ADDRESS);
}

static void put_ip(uint32_t from, uint32_t to, unsigned protocol, unsigned size)
{
	uint8_t *ip = frame + ETHERNET;

	memset(ip, 0, IP_HEADER);
	ip[0] = 0x45;
	put16(ip + 2, IP_HEADER + size);
	ip[8] = 64;
	ip[9] = (uint8_t)protocol;
	put32(ip + 12, from);
	put32(ip + 16, to);
	put16(ip + 10, check_sum(ip, IP_HEADER));
}

/* An echo request with `size` bytes, an even number, behind its header of 8. */
static status_t send_ping(unsigned number, unsigned size)
{
	uint8_t *icmp = frame + ETHERNET + IP_HEADER;

	put_ethernet(host_address, IPV4);
	put_ip(OWN, HOST, ICMP, 8 + size);
	memset(icmp, 0, 8);
	icmp[0] = 8;
	put16(icmp + 6, number);
	for (unsigned i = 0; i < size; i++)
		icmp[8 + i] = (uint8_t)(i * 3 + number);
	put16(icmp + 2, check_sum(icmp, 8 + size));
	return virtio_net_send(&net, frame, ETHERNET + IP_HEADER + 8 + size);
}

static void expect_pong(unsigned number, unsigned size)
{
	const uint8_t *icmp = frame + ETHERNET + IP_HEADER;
	unsigned wrong = 0;

	REQUIRE(receive(IPV4) >= ETHERNET + IP_HEADER + 8 + (int64_t)size);
	EXPECT_EQ(frame[ETHERNET + 9], ICMP);
	EXPECT_EQ(get32(frame + ETHERNET + 12), HOST);
	EXPECT_EQ(icmp[0], 0); /* an echo reply */
	EXPECT_EQ(get16(icmp + 6), number);
	EXPECT_EQ(check_sum(icmp, 8 + size), 0);
	for (unsigned i = 0; i < size; i++)
		wrong += icmp[8 + i] != (uint8_t)(i * 3 + number);
	EXPECT_EQ(wrong, 0);
}

TEST(net, has_the_address_that_it_was_given)
{
	static const uint8_t given[NET_ADDRESS] = {0x52, 0x54, 0x00, 0x51, 0x55, 0x49};

	set_up();
	EXPECT_EQ(memcmp(net.address, given, NET_ADDRESS), 0);
	tear_down();
}

TEST(net, asks_who_has_an_address)
{
	set_up();
	find_host();
	EXPECT_EQ(memcmp(frame, net.address, NET_ADDRESS), 0);
	EXPECT_EQ(host_address[0], 0x52);
	tear_down();
}

/* All sizes of frame; more of them than there are buffers, so that each is used again. */
TEST(net, pings_the_host)
{
	set_up();
	find_host();
	for (unsigned i = 0; i < PINGS; i++) {
		unsigned size = i * 34 % 1472 / 2 * 2;

		EXPECT_EQ(send_ping(i, size), ST_OK);
		expect_pong(i, size);
	}
	EXPECT_EQ(send_ping(PINGS, 1472), ST_OK); /* the largest */
	expect_pong(PINGS, 1472);
	tear_down();
}

TEST(net, has_several_frames_on_the_way)
{
	set_up();
	find_host();
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < VIRTIO_NET_BUFFERS / 2; i++)
			EXPECT_EQ(send_ping(i, 200), ST_OK);
		for (unsigned i = 0; i < VIRTIO_NET_BUFFERS / 2; i++)
			expect_pong(i, 200);
	}
	tear_down();
}

/* Headers and the message's type; returns the frame's size. */
static size_t put_dhcp(unsigned type, uint32_t wish)
{
	static const uint8_t all[NET_ADDRESS] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	uint8_t *udp = frame + ETHERNET + IP_HEADER, *dhcp = udp + 8, *option;

	memset(frame, 0, sizeof(frame));
	put_ethernet(all, IPV4);
	put_ip(0, UINT32_MAX, UDP, 8 + DHCP_SIZE);
	put16(udp, 68);
	put16(udp + 2, 67);
	put16(udp + 4, 8 + DHCP_SIZE);
	dhcp[0] = 1; /* a request */
	dhcp[1] = 1;
	dhcp[2] = NET_ADDRESS;
	put32(dhcp + 4, 0x51554952);
	memcpy(dhcp + 28, net.address, NET_ADDRESS);
	put32(dhcp + 236, 0x63825363);
	option = dhcp + 240;
	*option++ = 53;
	*option++ = 1;
	*option++ = (uint8_t)type;
	if (wish) {
		*option++ = 50;
		*option++ = 4;
		put32(option, wish);
		option += 4;
	}
	*option = 255;
	return ETHERNET + IP_HEADER + 8 + DHCP_SIZE;
}

/* The next DHCP answer: its type, and the address that it gives. */
static unsigned receive_dhcp(uint32_t *given_out)
{
	const uint8_t *udp = frame + ETHERNET + IP_HEADER, *dhcp = udp + 8;

	do
		REQUIRE(receive(IPV4) >= ETHERNET + IP_HEADER + 8 + 243);
	while (frame[ETHERNET + 9] != UDP || get16(udp + 2) != 68);
	EXPECT_EQ(get32(dhcp + 4), 0x51554952);
	EXPECT_EQ(dhcp[240], 53);
	*given_out = get32(dhcp + 16);
	return dhcp[242];
}

TEST(net, gets_an_address_by_dhcp)
{
	enum { DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5 };
	uint32_t given = 0, confirmed = 0;

	set_up();
	EXPECT_EQ(virtio_net_send(&net, frame, put_dhcp(DISCOVER, 0)), ST_OK);
	EXPECT_EQ(receive_dhcp(&given), OFFER);
	EXPECT_EQ(given >> 8, OWN >> 8);
	EXPECT_EQ(virtio_net_send(&net, frame, put_dhcp(REQUEST, given)), ST_OK);
	EXPECT_EQ(receive_dhcp(&confirmed), ACK);
	EXPECT_EQ(confirmed, given);
	tear_down();
}

TEST(net, refuses)
{
	set_up();
	EXPECT_EQ(virtio_net_send(&net, frame, NET_FRAME_MAX + 1), ST_OUT_OF_RANGE);
	find_host();
	EXPECT_EQ(send_ping(1, 100), ST_OK);
	clock_sleep_ns(50000000);
	for (int64_t size = ST_SHOULD_WAIT; size != ST_BUFFER_TOO_SMALL;) {
		size = virtio_net_receive(&net, frame, 20);
		EXPECT(size == ST_SHOULD_WAIT || size == ST_BUFFER_TOO_SMALL);
	}
	tear_down();
}
