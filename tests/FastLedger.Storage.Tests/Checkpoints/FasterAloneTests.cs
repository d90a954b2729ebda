// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FASTER.core;

namespace FastLedger.Storage.Tests;

/// <summary>Why no answer of FASTER is believed before the device was asked: what it does with an error by itself.</summary>
public class FasterAloneTests
{
    [Fact]
    public void FASTER_alone_reports_a_read_error_as_an_absent_key_or_as_zeros()
    {
        using FailingDevice device = new();
        using FasterKV<long, long> store = new(
            64, new LogSettings { LogDevice = device, PageSizeBits = 12, SegmentSizeBits = 14, MemorySizeBits = 14 });
        using var session = store.For(new SimpleFunctions<long, long>()).NewSession<SimpleFunctions<long, long>>();
        for (long key = 0; key < 5000; key++) session.Upsert(key, key + 1000);
        Assert.Equal((true, 1000), Read(0));
        device.Fails = true;
        Assert.Equal((false, 0), Read(7)); // it is there, with 1007
        Assert.Equal((true, 0), Read(0)); // 1000 a moment ago

        (bool Found, long Value) Read(long key)
        {
            (Status status, long value) = session.Read(key);
            if (!status.IsPending) return (status.Found, value);
            session.CompletePendingWithOutputs(out CompletedOutputIterator<long, long, long, long, Empty> outputs, wait: true);
            using (outputs)
            {
                Assert.True(outputs.Next());
                return (outputs.Current.Status.Found, outputs.Current.Status.Found ? outputs.Current.Output : 0);
            }
        }
    }

    private sealed unsafe class FailingDevice() : StorageDeviceBase("memory", 512, -1)
    {
        private readonly Dictionary<(int Segment, ulong Offset), byte[]> _pieces = [];

        public bool Fails { get; set; }

        public override void WriteAsync(
            nint sourceAddress, int segmentId, ulong destinationAddress, uint numBytesToWrite, DeviceIOCompletionCallback callback, object context)
        {
            for (uint done = 0; done < numBytesToWrite; done += 512)
                _pieces[(segmentId, destinationAddress + done)] = new ReadOnlySpan<byte>((byte*)sourceAddress + done, 512).ToArray();
            callback(0, numBytesToWrite, context);
        }

        public override void ReadAsync(
            int segmentId, ulong sourceAddress, nint destinationAddress, uint readLength, DeviceIOCompletionCallback callback, object context)
        {
            for (uint done = 0; done < readLength && !Fails; done += 512)
                _pieces[(segmentId, sourceAddress + done)].CopyTo(new Span<byte>((byte*)destinationAddress + done, 512));
            callback(Fails ? 5u : 0, Fails ? 0 : readLength, context);
        }

        public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result) => callback(result);

        public override void Dispose()
        {
        }
    }
}
