// SPDX-License-Identifier: Apache-2.0
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace FastLedger.Network.Peers;

/// <summary>A TLS connection behind <see cref="ITransportConnection"/>.</summary>
internal sealed class TlsTransportConnection : ITransportConnection
{
    private const int BlockBytes = 256 * 1024;
    private const int LeastReadBytes = 32 * 1024; // a TLS record carries 16 KiB

    private readonly Socket _socket;
    private readonly SslStream _stream;

    public TlsTransportConnection(Socket socket, SslStream stream)
    {
        _socket = socket;
        _stream = stream;
        Remote = socket.RemoteEndPoint;
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(SocketTransport.Blocks, BlockBytes, LeastReadBytes, leaveOpen: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(SocketTransport.Blocks, BlockBytes, leaveOpen: true));
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public EndPoint? Remote { get; }

    public void Abort() => _socket.Dispose();

    /// <summary>Ends the stream in good order as far as the peer reads.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Output.FlushAsync().ConfigureAwait(false);
            await _stream.ShutdownAsync().ConfigureAwait(false);
        }
        catch (System.Exception fault) when (PeerTransport.IsConnectionFault(fault))
        {
            // The peer is gone already.
        }
        finally
        {
            Abort();
        }
    }
}
