// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace FastLedger.Storage.Tests;

public sealed class PageKeyComparerTests
{
    private const int Buckets = 1 << 12;
    private const int TagShift = 50;

    [Fact]
    public void A_dense_table_fills_the_index_evenly_and_in_its_order()
    {
        var comparer = new PageKeyComparer();
        int[] load = new int[Buckets];
        long last = 0;
        for (uint page = 0; page < 6 * Buckets; page++)
        {
            var key = new PageKey(7, page);
            long bucket = comparer.GetHashCode64(ref key) & (Buckets - 1);
            if (page > 0) Assert.Equal(page % 2 == 0 ? (last + 1) % Buckets : last, bucket);
            load[bucket]++;
            last = bucket;
        }

        Assert.All(load, pages => Assert.Equal(6, pages));
    }

    [Fact]
    public void Pages_of_one_bucket_differ_in_their_tags()
    {
        var comparer = new PageKeyComparer();
        int alike = 0;
        for (uint page = 0; page < 4 * Buckets; page += 2)
        {
            var tags = new HashSet<ulong>();
            foreach (uint other in (uint[])[page, page + 1, page + (2 * Buckets), page + (2 * Buckets) + 1])
            {
                var key = new PageKey(1, other);
                if (!tags.Add((ulong)comparer.GetHashCode64(ref key) >> TagShift)) alike++;
            }
        }

        Assert.InRange(alike, 0, 20); // by chance 3 of 8,192 times six pairs
    }
}
