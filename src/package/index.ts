export { modelFiles, writeFiles } from './model-files.ts'
export {
  type FileContent,
  type Files,
  type SignFilesOptions,
  signatureFile,
  signFiles,
  type VerifiedFiles,
  verifyFiles,
} from './model-signature.ts'
export { type SignFolderOptions, signFolder, verifyFolder } from './signed-folder.ts'
