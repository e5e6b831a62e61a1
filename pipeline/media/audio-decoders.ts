/**
 * The audio codecs we decode, by ffmpeg's name of the codec, with ffmpeg's names of its decoders.
 *
 * Everything that the containers of `container.ts` carry in practice; no decoder outside this list
 * ever sees a byte of a stranger's file.
 */
const decoders = {
  aac: ['aac'],
  aac_latm: ['aac_latm'],
  ac3: ['ac3'],
  eac3: ['eac3'],
  dts: ['dca'],
  truehd: ['truehd'],
  mlp: ['mlp'],
  mp1: ['mp1float', 'mp1'],
  mp2: ['mp2float', 'mp2'],
  mp3: ['mp3float', 'mp3'],
  opus: ['opus', 'libopus'],
  vorbis: ['vorbis', 'libvorbis'],
  flac: ['flac'],
  alac: ['alac'],
  wavpack: ['wavpack'],
  tta: ['tta'],
  speex: ['speex', 'libspeex'],
  amr_nb: ['amrnb'],
  amr_wb: ['amrwb'],
  qcelp: ['qcelp'],
  qdm2: ['qdm2'],
  nellymoser: ['nellymoser'],
  gsm: ['gsm'],
  gsm_ms: ['gsm_ms'],
  wmav1: ['wmav1'],
  wmav2: ['wmav2'],
  wmapro: ['wmapro'],
  wmalossless: ['wmalossless'],
  wmavoice: ['wmavoice'],
  adpcm_ima_qt: ['adpcm_ima_qt'],
  adpcm_ima_wav: ['adpcm_ima_wav'],
  adpcm_ms: ['adpcm_ms'],
  adpcm_swf: ['adpcm_swf'],
  adpcm_yamaha: ['adpcm_yamaha'],
  pcm_alaw: ['pcm_alaw'],
  pcm_mulaw: ['pcm_mulaw'],
  pcm_bluray: ['pcm_bluray'],
  pcm_dvd: ['pcm_dvd'],
  pcm_u8: ['pcm_u8'],
  pcm_s8: ['pcm_s8'],
  pcm_s16le: ['pcm_s16le'],
  pcm_s16be: ['pcm_s16be'],
  pcm_s24le: ['pcm_s24le'],
  pcm_s24be: ['pcm_s24be'],
  pcm_s32le: ['pcm_s32le'],
  pcm_s32be: ['pcm_s32be'],
  pcm_f32le: ['pcm_f32le'],
  pcm_f32be: ['pcm_f32be'],
  pcm_f64le: ['pcm_f64le'],
  pcm_f64be: ['pcm_f64be'],
} as const;

const names: Readonly<Record<string, readonly string[]>> = decoders;

/** The value of ffmpeg's `-codec_whitelist` for a stranger's file. */
export const audioDecoderAllowList = Object.values(names).flat().join(',');

/** Whether a track of this codec (ffmpeg's name) can be converted. */
export function isDecodable(codec: string): boolean {
  return Object.hasOwn(names, codec);
}
