// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.StateSync;
using FastLedger.Storage;

namespace FastLedger.Node.Sync;

/// <summary>
/// The answers of peers that a joining replica believed, in a file: when it is stopped it goes on where it was. Each has its own proof and is judged
/// anew when it is read back, so the file is neither checksummed nor synced: what a crash tore or the disk damaged proves nothing and is fetched again.
/// </summary>
/// <remarks>
/// The file: per answer <c>bytes: u32, template: u16, zeros: u16</c>, then the answer: the proofs of ended epochs, the manifest of a state, its chunks in
/// the order of their coming. Thread: one at a time. Alloc: per epoch. Blocks: on the device.
/// </remarks>
internal sealed class FetchedAnswers(string path, Action<string> progress) : IStateKeeper, IDisposable
{
    private const int HeadBytes = 8;

    private readonly LedgerFile _file = new(PosixFileSystem.Instance, path, FileOpening.ReadWriteOrCreate);
    private readonly List<byte[]> _epochs = [];
    private readonly byte[] _frame = new byte[HeadBytes + StateSyncServer.MaxAnswerBytes];
    private long _end;
    private ulong _height;

    /// <summary>Gives what was kept to a client that is as new.</summary>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Recall(StateSyncClient client, long nowNs, CancellationToken cancellationToken)
    {
        int refused = 0;
        long length = _file.Length;
        while (TryRead(length, out ushort template, out ReadOnlySpan<byte> answer))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!client.TryRecall(template, answer, nowNs)) refused++;
            else if (template == (ushort)TemplateId.StateEpoch) _epochs.Add(answer.ToArray());
            _end += HeadBytes + answer.Length;
        }

        string damage = refused == 0 && _end == length ? "" : FormattableString.Invariant($"; {refused:N0} damaged and {length - _end:N0} bytes at the end prove nothing, and are fetched again");
        _height = client.Height;
        if (_height == 0) _end = 0;
        if (_end < length) _file.Truncate(_end);
        if (_height > 0) progress(FormattableString.Invariant($"Going on with the state of height {_height:N0}: {client.WrittenChunks:N0} of {client.TotalChunks:N0} chunks are here from before{damage}."));
        else if (length > 0) progress("What was fetched before proves no state of this ledger: beginning anew.");
    }

    public void Keep(ushort templateId, ReadOnlySpan<byte> answer)
    {
        switch ((TemplateId)templateId)
        {
            case TemplateId.StateEpoch:
                _epochs.Add(answer.ToArray()); // written before the next manifest, which needs it
                return;
            case TemplateId.StateManifest:
                ulong height = MemoryMarshal.Read<StateManifest>(answer).Height;
                if (_height > 0) progress(FormattableString.Invariant($"The state of height {_height:N0} is not given out any more: beginning anew with that of height {height:N0}."));
                _height = height;
                _end = 0;
                _file.Truncate(0);
                foreach (byte[] epoch in _epochs) Append((ushort)TemplateId.StateEpoch, epoch);
                break;
        }

        Append(templateId, answer);
    }

    public void Dispose() => _file.Dispose();

    private void Append(ushort template, ReadOnlySpan<byte> answer)
    {
        var head = new FrameHead { Bytes = (uint)answer.Length, Template = template };
        MemoryMarshal.Write(_frame, in head);
        answer.CopyTo(_frame.AsSpan(HeadBytes));
        _file.Write(_frame.AsSpan(0, HeadBytes + answer.Length), _end);
        _end += HeadBytes + answer.Length;
    }

    /// <returns>False at the end, or where nothing can be read any more because a length is damaged.</returns>
    private bool TryRead(long length, out ushort template, out ReadOnlySpan<byte> answer)
    {
        template = 0;
        answer = default;
        if (length - _end < HeadBytes) return false;
        _file.Read(_frame.AsSpan(0, HeadBytes), _end);
        FrameHead head = MemoryMarshal.Read<FrameHead>(_frame);
        if (head.Bytes > StateSyncServer.MaxAnswerBytes || head.Reserved0 != 0 || length - _end - HeadBytes < head.Bytes) return false;
        _file.Read(_frame.AsSpan(HeadBytes, (int)head.Bytes), _end + HeadBytes);
        template = head.Template;
        answer = _frame.AsSpan(HeadBytes, (int)head.Bytes);
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Size = HeadBytes)]
    private struct FrameHead
    {
        public uint Bytes;
        public ushort Template;
        public ushort Reserved0;
    }
}
