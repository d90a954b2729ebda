// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using FASTER.core;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// What FASTER calls for a page: a write copies the image into the log, a read copies it out. There is no read-modify-write and no
/// deletion, so that a page can never come into being but by a write.
/// </summary>
internal readonly unsafe struct PageFunctions(PageLanding landing) : IFunctions<PageKey, PageImage, Empty, nint, Empty>
{
    public bool SingleReader(ref PageKey key, ref Empty input, ref PageImage value, ref nint dst, ref ReadInfo readInfo) =>
        Land(ref value, dst, readInfo.Address);

    public bool ConcurrentReader(ref PageKey key, ref Empty input, ref PageImage value, ref nint dst, ref ReadInfo readInfo) =>
        Land(ref value, dst, readInfo.Address);

    public void ReadCompletionCallback(
        ref PageKey key, ref Empty input, ref nint output, Empty ctx, Status status, RecordMetadata recordMetadata)
    {
        // A read that FASTER wants to take to disk is never asked for, and counts as not found.
    }

    public bool SingleWriter(
        ref PageKey key, ref Empty input, ref PageImage src, ref PageImage dst, ref nint output, ref UpsertInfo upsertInfo, WriteReason reason)
    {
        Unsafe.CopyBlock(ref Unsafe.As<PageImage, byte>(ref dst), ref Unsafe.As<PageImage, byte>(ref src), PageImage.Size);
        return true;
    }

    public bool ConcurrentWriter(
        ref PageKey key, ref Empty input, ref PageImage src, ref PageImage dst, ref nint output, ref UpsertInfo upsertInfo)
    {
        Unsafe.CopyBlock(ref Unsafe.As<PageImage, byte>(ref dst), ref Unsafe.As<PageImage, byte>(ref src), PageImage.Size);
        return true;
    }

    public void PostSingleWriter(
        ref PageKey key, ref Empty input, ref PageImage src, ref PageImage dst, ref nint output, ref UpsertInfo upsertInfo, WriteReason reason)
    {
    }

    public bool NeedInitialUpdate(ref PageKey key, ref Empty input, ref nint output, ref RMWInfo rmwInfo) => Never();

    public bool InitialUpdater(ref PageKey key, ref Empty input, ref PageImage value, ref nint output, ref RMWInfo rmwInfo) => Never();

    public void PostInitialUpdater(ref PageKey key, ref Empty input, ref PageImage value, ref nint output, ref RMWInfo rmwInfo) => Never();

    public bool NeedCopyUpdate(ref PageKey key, ref Empty input, ref PageImage oldValue, ref nint output, ref RMWInfo rmwInfo) => Never();

    public bool CopyUpdater(
        ref PageKey key, ref Empty input, ref PageImage oldValue, ref PageImage newValue, ref nint output, ref RMWInfo rmwInfo) => Never();

    public void PostCopyUpdater(
        ref PageKey key, ref Empty input, ref PageImage oldValue, ref PageImage newValue, ref nint output, ref RMWInfo rmwInfo) => Never();

    public bool InPlaceUpdater(ref PageKey key, ref Empty input, ref PageImage value, ref nint output, ref RMWInfo rmwInfo) => Never();

    public void RMWCompletionCallback(
        ref PageKey key, ref Empty input, ref nint output, Empty ctx, Status status, RecordMetadata recordMetadata) => Never();

    public bool SingleDeleter(ref PageKey key, ref PageImage value, ref DeleteInfo deleteInfo) => Never();

    public void PostSingleDeleter(ref PageKey key, ref DeleteInfo deleteInfo) => Never();

    public bool ConcurrentDeleter(ref PageKey key, ref PageImage value, ref DeleteInfo deleteInfo) => Never();

    public void DisposeSingleWriter(
        ref PageKey key, ref Empty input, ref PageImage src, ref PageImage dst, ref nint output, ref UpsertInfo upsertInfo, WriteReason reason)
    {
    }

    public void DisposeCopyUpdater(
        ref PageKey key, ref Empty input, ref PageImage oldValue, ref PageImage newValue, ref nint output, ref RMWInfo rmwInfo) => Never();

    public void DisposeInitialUpdater(ref PageKey key, ref Empty input, ref PageImage value, ref nint output, ref RMWInfo rmwInfo) => Never();

    public void DisposeSingleDeleter(ref PageKey key, ref PageImage value, ref DeleteInfo deleteInfo) => Never();

    public void DisposeDeserializedFromDisk(ref PageKey key, ref PageImage value)
    {
    }

    public void CheckpointCompletionCallback(int sessionID, string sessionName, CommitPoint commitPoint)
    {
    }

    private bool Land(ref PageImage value, nint destination, long address)
    {
        landing.Address = address;
        Unsafe.CopyBlock(ref *(byte*)destination, ref Unsafe.As<PageImage, byte>(ref value), PageImage.Size);
        return true;
    }

    private static bool Never()
    {
        Invariant.Fail("the store only reads and upserts");
        return false;
    }
}
