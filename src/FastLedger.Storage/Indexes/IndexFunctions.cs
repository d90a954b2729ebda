// SPDX-License-Identifier: Apache-2.0
using FASTER.core;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// What FASTER calls for an entry of an index. There is no read-modify-write and no deletion.
/// </summary>
internal readonly struct IndexFunctions(IndexLanding landing) : IFunctions<IndexKey, ulong, Empty, ulong, Empty>
{
    public bool SingleReader(ref IndexKey key, ref Empty input, ref ulong value, ref ulong dst, ref ReadInfo readInfo)
    {
        dst = value;
        return true;
    }

    public bool ConcurrentReader(ref IndexKey key, ref Empty input, ref ulong value, ref ulong dst, ref ReadInfo readInfo)
    {
        dst = value;
        return true;
    }

    public void ReadCompletionCallback(
        ref IndexKey key, ref Empty input, ref ulong output, Empty ctx, Status status, RecordMetadata recordMetadata)
    {
        landing.Found = status.Found;
        landing.Value = output;
    }

    public bool SingleWriter(
        ref IndexKey key, ref Empty input, ref ulong src, ref ulong dst, ref ulong output, ref UpsertInfo upsertInfo, WriteReason reason)
    {
        dst = src;
        return true;
    }

    public bool ConcurrentWriter(
        ref IndexKey key, ref Empty input, ref ulong src, ref ulong dst, ref ulong output, ref UpsertInfo upsertInfo)
    {
        dst = src;
        return true;
    }

    public void PostSingleWriter(
        ref IndexKey key, ref Empty input, ref ulong src, ref ulong dst, ref ulong output, ref UpsertInfo upsertInfo, WriteReason reason)
    {
    }

    public bool NeedInitialUpdate(ref IndexKey key, ref Empty input, ref ulong output, ref RMWInfo rmwInfo) => Never();

    public bool InitialUpdater(ref IndexKey key, ref Empty input, ref ulong value, ref ulong output, ref RMWInfo rmwInfo) => Never();

    public void PostInitialUpdater(ref IndexKey key, ref Empty input, ref ulong value, ref ulong output, ref RMWInfo rmwInfo) => Never();

    public bool NeedCopyUpdate(ref IndexKey key, ref Empty input, ref ulong oldValue, ref ulong output, ref RMWInfo rmwInfo) => Never();

    public bool CopyUpdater(
        ref IndexKey key, ref Empty input, ref ulong oldValue, ref ulong newValue, ref ulong output, ref RMWInfo rmwInfo) => Never();

    public void PostCopyUpdater(
        ref IndexKey key, ref Empty input, ref ulong oldValue, ref ulong newValue, ref ulong output, ref RMWInfo rmwInfo) => Never();

    public bool InPlaceUpdater(ref IndexKey key, ref Empty input, ref ulong value, ref ulong output, ref RMWInfo rmwInfo) => Never();

    public void RMWCompletionCallback(
        ref IndexKey key, ref Empty input, ref ulong output, Empty ctx, Status status, RecordMetadata recordMetadata) => Never();

    public bool SingleDeleter(ref IndexKey key, ref ulong value, ref DeleteInfo deleteInfo) => Never();

    public void PostSingleDeleter(ref IndexKey key, ref DeleteInfo deleteInfo) => Never();

    public bool ConcurrentDeleter(ref IndexKey key, ref ulong value, ref DeleteInfo deleteInfo) => Never();

    public void DisposeSingleWriter(
        ref IndexKey key, ref Empty input, ref ulong src, ref ulong dst, ref ulong output, ref UpsertInfo upsertInfo, WriteReason reason)
    {
    }

    public void DisposeCopyUpdater(
        ref IndexKey key, ref Empty input, ref ulong oldValue, ref ulong newValue, ref ulong output, ref RMWInfo rmwInfo) => Never();

    public void DisposeInitialUpdater(ref IndexKey key, ref Empty input, ref ulong value, ref ulong output, ref RMWInfo rmwInfo) => Never();

    public void DisposeSingleDeleter(ref IndexKey key, ref ulong value, ref DeleteInfo deleteInfo) => Never();

    public void DisposeDeserializedFromDisk(ref IndexKey key, ref ulong value)
    {
    }

    public void CheckpointCompletionCallback(int sessionID, string sessionName, CommitPoint commitPoint)
    {
    }

    private static bool Never()
    {
        Invariant.Fail("the store only reads and upserts");
        return false;
    }
}
