// Command cgo calls C, which sleeps and works in whatever thread Go gave it.
package main

/*
#include <time.h>

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void spin_ms(int ms)
{
	long long end_ns = now_ns() + ms * 1000000LL;

	while (now_ns() < end_ns)
		;
}

static void pause_ms(int ms)
{
	struct timespec left = {0, ms * 1000000L};

	nanosleep(&left, NULL);
}
*/
import "C"

import "example.com/planted/plant"

func main() {
	plant.Begin()
	done := make(chan struct{})
	go func() {
		plant.Part("sleep in C", plant.SleepCause, func() { C.pause_ms(30) })
		plant.Part("spin in C", plant.CPU, func() { C.spin_ms(30) })
		close(done)
	}()
	<-done
	plant.Part("spin in C, main", plant.CPU, func() { C.spin_ms(15) })
	plant.Ready()
}
